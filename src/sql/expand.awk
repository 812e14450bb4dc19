# expand.awk: the install script, from the fragments in order.
#
# A line
#
#	@include TEMPLATE TYPE [WORD [TIME]]
#
# is replaced by the file TEMPLATE beside the fragment, in which @type@ stands
# for TYPE, @word@ for WORD and @time@ for TIME.  A template may include another
# one.

# Says what is wrong; make removes the unfinished script.
function fail(file, complaint)
{
	print file ": " complaint > "/dev/stderr"
	exit 1
}

function expand(file, line, type, word, time,    part, parts, template, status)
{
	if (type != "")
		gsub(/@type@/, type, line)
	if (word != "")
		gsub(/@word@/, word, line)
	if (time != "")
		gsub(/@time@/, time, line)
	if (line ~ /^@/)
	{
		parts = split(line, part)
		if (parts < 3 || parts > 5 || part[1] != "@include")
			fail(file, "not understood: " line)
		template = file
		sub(/[^\/]*$/, part[2], template)
		while ((status = (getline line < template)) > 0)
			expand(template, line, part[3], part[4], part[5])
		if (status < 0)
			fail(file, "cannot read " template)
		close(template)
	}
	else if (line ~ /@(type|word|time)@/)
		fail(file, "nothing stands for it: " line)
	else
		print line
}

{ expand(FILENAME, $0, "", "", "") }
