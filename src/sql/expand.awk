# expand.awk: the install script, from the fragments in order.
#
# A line
#
#	@include TEMPLATE TYPE
#
# is replaced by the file TEMPLATE beside the fragment, in which @type@ stands
# for TYPE.  A template may include another one.

# Says what is wrong; make removes the unfinished script.
function fail(file, complaint)
{
	print file ": " complaint > "/dev/stderr"
	exit 1
}

function expand(file, line, type,    word, template, status)
{
	if (type != "")
		gsub(/@type@/, type, line)
	if (line ~ /^@/)
	{
		if (split(line, word) != 3 || word[1] != "@include")
			fail(file, "not understood: " line)
		template = file
		sub(/[^\/]*$/, word[2], template)
		while ((status = (getline line < template)) > 0)
			expand(template, line, word[3])
		if (status < 0)
			fail(file, "cannot read " template)
		close(template)
	}
	else if (line ~ /@type@/)
		fail(file, "@type@ outside a template: " line)
	else
		print line
}

{ expand(FILENAME, $0, "") }
