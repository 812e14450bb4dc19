# typedefs.pl FILE...: the names of the types that these C files define, one a line.
use strict;
use warnings;

local $/;
my %types;
for my $file (@ARGV)
{
	open my $handle, '<', $file or die "$file: $!\n";
	my $code = <$handle>;
	$code =~ s{/\*.*?\*/}{}gs;
	$code =~ s{__attribute__\s*(\((?:[^()]++|(?1))*\))}{}g;
	while ($code =~ /^typedef\b([^;{]*)(\{(?:[^{}]|\{[^{}]*\})*\})?([^;{}]*);/gm)
	{
		my $declared = defined $2 ? $3 : $1;
		# a pointer to a function; else the last word, of which there may be several
		if ($declared =~ /\(\s*\*\s*(\w+)\s*\)\s*\(/) { $types{$1} = 1 }
		elsif ($declared =~ /(\w+)\s*(?:\[[^\]]*\]|\([^()]*\))?\s*$/) { $types{$1} = 1 }
	}
}
print "$_\n" for sort keys %types;
