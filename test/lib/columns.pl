use strict; use warnings;
# columns.pl INSTALL_SCRIPT: see suite/columns.sh.
local $/;
my ($sql) = map { open my $f, '<', $_ or die "$_: $!"; <$f> } shift @ARGV;
my (%body, %doc);

# How many words an array of the code has.
sub words
{
	my ($code, $array) = @_;
	my ($list) = $code =~ /\b$array\[\] = \{([^}]*)\}/ or return 0;
	return scalar(my @all = split /,/, $list);
}

my $n = 0;
for my $file (glob 'src/pg/*.c') {
	open my $f, '<', $file or die; my $text = <$f>;
	my %functions;
	$functions{$1} = $2 while $text =~ /^(\w+)\([^;{]*\)\n(\{\n.*?^\}\n)/msg;
	# with what it calls of its own file
	for my $name (keys %functions) {
		my $all = $functions{$name};
		for my $other (sort keys %functions) {
			$all .= $functions{$other} if $other ne $name && $functions{$name} =~ /\b$other\(/ && $functions{$name} !~ /\beg_put/;
		}
		$body{$name} = $all;
	}
}
for my $file (glob 'doc/*.md') { open my $f, '<', $file or die; $doc{$file} = <$f>; }
for (split /;\n/, $sql) {
	my ($name, $table, $symbol) =
		/^CREATE FUNCTION (\w+)\(.*?RETURNS TABLE \(([^()]*)\)\s+AS 'MODULE_PATHNAME', '(\w+)'\s+LANGUAGE C/ms or next;
	my @columns = map { /^\s*"?(\w+)/; $1 } split /,/, $table;
	my %is = map { $_ => 1 } @columns;
	my @wrong;
	my $code = $body{$symbol} // do { push @wrong, "no function $symbol"; '' };
	# a loop over the words of an array puts once for each
	$code =~ s/for \([^{]*lengthof\((\w+)\)[^{]*\{(.*?)\n\t\}/$2 x words($code, $1)/gse;
	my @put;
	while ($code =~ /\beg_put(_\w+)?\(result,\s*([^;]*)\);/g) {
		my ($kind, $value) = ($1 // '', $2);
		push @put, $kind eq '_limits' ? split(/,\s*/, $value) : $kind eq '_estimate' ? ('') x 3 : $value;
	}
	push @wrong, "its code puts " . @put unless @put == @columns;
	for my $i (0 .. $#put) {
		last if $i >= @columns;
		# one field that has the name of another column; a stage's number has no name
		push @wrong, "$columns[$i] is given $1"
			if $put[$i] =~ /^\w+(?:->|\.)(\w+)$/ && $is{$1} && $1 ne $columns[$i] && "$1_no" ne $columns[$i];
	}
	my @documented = grep { my $page = $_; !grep { $page !~ /`[^`\n]*\b$_\b[^`\n]*`/ } @columns } grep { /\b$name\b/ } values %doc;
	push @wrong, "no page names all of its columns" unless @documented || !grep { /\b$name\b/ } values %doc;
	$n++;
	print @wrong ? "not ok $n" : "ok $n", " - $name: ", scalar @columns, " columns\n", map { "# $_\n" } @wrong;
}
# none was overlooked, however it is laid out
my $tables = () = $sql =~ /^CREATE FUNCTION [^;]*\bRETURNS TABLE\b[^;]*\bMODULE_PATHNAME\b/mg;
print $tables == $n ? 'ok ' : 'not ok ', $n + 1, " - $tables functions return columns, and all were looked at\n";
print "1..", $n + 1, "\n";
