# names.pl FILE...: prints TAP.  The functions that a file of the core offers begin with
# ef_ and a word that says where they are: the name of the file or its room, or a
# word that test/suite/names.tsv gives to this file alone.  Static ones have no prefix.
use strict;
use warnings;

my $tests  = 0;
my $failed = 0;
sub ok
{
	my ($good, $label, @notes) = @_;
	$tests++;
	$failed = 1 unless $good;
	print $good ? '' : 'not ', "ok $tests - $label\n", map { "# $_\n" } @notes;
}

# words by file
my (%words, %owner, @twice);
open my $table, '<', 'test/suite/names.tsv' or die "names.tsv: $!\n";
while (<$table>)
{
	next if /^#/;
	chomp;
	my ($file, $list) = split /\t/;
	for my $word (split / /, $list)
	{
		push @twice, $word if $owner{$word};
		$owner{$word} = $file;
		push @{ $words{$file} }, $word;
	}
}

# The word that a name begins with, the longest of those given.
sub begins { my ($name, $word) = @_; return $name =~ /^ef_\Q$word\E(?:s|es)?(?:_|$)/ }

# ours NAME FILE: does the name say this file?
my %used;
sub ours
{
	my ($name, $file) = @_;
	my ($room, $own) = $file =~ m{(\w+)/(\w+)$} or die;
	my ($word) = sort { length $b <=> length $a } grep { begins($name, $_) } keys %owner;
	if (defined $word && $owner{$word} eq $file)
	{
		$used{$word} = 1;
		return 1;
	}
	# unless a longer word says another
	my $length = defined $word ? length $word : 0;
	return begins($name, $own) && $length <= length $own || begins($name, $room) && $length <= length $room;
}

my (@strangers, @prefixed);
my $functions = 0;
for my $path (@ARGV)
{
	my ($file) = $path =~ m{src/core/(.*)\.c$} or die;
	open my $code, '<', $path or die "$path: $!\n";
	my $before = '';
	while (<$code>)
	{
		if (/^(\w+)\(/ && $before !~ /^EF_REPORT|^#|;$/)
		{
			my $name = $1;
			if ($before =~ /\bstatic\b/) { push @prefixed, "$path: $name" if $name =~ /^ef_/ }
			elsif ($name =~ /^ef_/)
			{
				$functions++;
				push @strangers, "$path: $name" unless ours($name, $file);
			}
		}
		$before = $_;
	}
}
ok($functions > 200, 'the functions of the core are found', $functions > 200 ? () : $functions);
ok(!@strangers, 'each says by its name in which file it is', @strangers);
ok(!@prefixed, 'a static function has no prefix', @prefixed);
ok(!@twice, 'no word stands for two files', @twice);
my @idle = grep { !$used{$_} } sort keys %owner;
ok(!@idle, 'every word of names.tsv is one of a function', @idle);
ok(!ours('ef_state_merge', 'table/pages') && ours('ef_state_merge', 'table/state') && ours('ef_table_load', 'table/life_table') && !ours('ef_merge', 'table/state'),
	'a name that says another file would be found');
print "1..$tests\n";
exit $failed;
