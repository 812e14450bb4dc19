use strict; use warnings;
# columns.pl INSTALL_SCRIPT: see suite/columns.sh.
local $/;
my ($sql) = map { open my $f, '<', $_ or die "$_: $!"; <$f> } shift @ARGV;
my (%body, %doc);
my $n = 0;
for my $file (glob 'src/pg/*.c') {
	open my $f, '<', $file or die; my $text = <$f>;
	my %functions;
	$functions{$1} = $2 while $text =~ /^(\w+)\([^;{]*\)\n(\{\n.*?^\}\n)/msg;
	# with what it calls of its own file
	for my $name (keys %functions) {
		my $all = $functions{$name};
		for my $other (sort keys %functions) {
			$all .= $functions{$other} if $other ne $name && $functions{$name} =~ /\b$other\(/ && $functions{$name} !~ /\bvalues\b/;
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
	my ($size) = $code =~ /\bDatum\s+values\[(\w+)\]/;
	push @wrong, "its code has " . ($size // 'no') . " values" unless defined $size && $size eq @columns;
	my %set;
	while ($code =~ /\bvalues\[(\d+)\] =\s*([^;{]*);/g) {
		my ($i, $value) = ($1, $2);
		$set{$i} = 1;
		if ($i >= @columns) { push @wrong, "values[$i] is no column"; next }
		# one field that has the name of another column; a stage's number has no name
		push @wrong, "$columns[$i] is given $1"
			if $value =~ /^\w+\(\w+(?:->|\.)(\w+)\)$/ && $is{$1} && $1 ne $columns[$i] && "$1_no" ne $columns[$i];
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
