# expand.awk: the install script, from the fragments in order.
#
#	@include TEMPLATE NAME=VALUE ...
#
# is replaced by the file TEMPLATE beside the fragment, in which @NAME@ stands for
# VALUE.  A value ends where the next name begins; lines that begin with a tab continue
# the line.  A template may include another one.  The comment that it begins with is for
# its readers, and not copied.
#
#	@for NAME WORD ...
#	@end
#
# around lines repeats them for each WORD, for which @NAME@ stands.

# Says what is wrong; make removes the unfinished script.
function fail(file, complaint)
{
	print file ": " complaint > "/dev/stderr"
	exit 1
}

function filled(line, values,    name)
{
	for (name in values)
		gsub("@" name "@", values[name], line)
	return line
}

# Takes NAME=VALUE ... apart.
function parse(text, values,    name, end)
{
	while (match(text, /^ [a-z]+=/))
	{
		name = substr(text, 2, RLENGTH - 2)
		text = substr(text, RLENGTH + 1)
		end = match(text, / [a-z]+=/) ? RSTART : length(text) + 1
		values[name] = substr(text, 1, end - 1)
		text = substr(text, end)
	}
	return text == ""
}

function expand(file, lines, from, to, values,    i, line, word, words, w, start, template, inner)
{
	for (i = from; i <= to; i++)
	{
		line = filled(lines[i], values)
		words = split(line, word)
		if (word[1] == "@include")
		{
			while (i < to && lines[i + 1] ~ /^\t/)
				line = line " " filled(substr(lines[++i], 2), values)
			template = file
			sub(/[^\/]*$/, word[2], template)
			split("", inner)
			if (!parse(substr(line, length("@include " word[2]) + 1), inner))
				fail(file, "not understood: " line)
			include(template, inner, "template")
		}
		else if (word[1] == "@for")
		{
			start = i + 1
			while (++i <= to && lines[i] != "@end")
				;
			if (i > to)
				fail(file, "has no end: " line)
			for (w = 3; w <= words; w++)
			{
				values[word[2]] = word[w]
				expand(file, lines, start, i - 1, values)
			}
			delete values[word[2]]
		}
		else if (line ~ /^@|@[a-z]+@/)
			fail(file, "nothing stands for it: " line)
		else
			print line
	}
}

function include(file, values, template,    lines, n, from, status)
{
	split("", lines)
	while ((status = (getline lines[n + 1] < file)) > 0)
		n++
	if (status < 0)
		fail(file, "cannot be read")
	close(file)
	from = 1
	while (template && lines[from] ~ /^--|^$/ && from < n)
		from++
	expand(file, lines, from, n, values)
}

BEGIN {
	split("", none)
	for (i = 1; i < ARGC; i++)
		include(ARGV[i], none)
}
