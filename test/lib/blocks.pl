#!/usr/bin/perl
# blocks.pl [--update] LANGUAGE PAGE COMMAND...: runs a page's fenced blocks of LANGUAGE (python, r) as
# one program, which COMMAND gets as a file, and prints TAP.  Each block is a test: it is reached, and
# what it prints is in the ```text block after it; without one it prints nothing.  With --update these are
# rewritten.
use strict;
use warnings;
use File::Temp qw(tempfile);

my $update = @ARGV && $ARGV[0] eq '--update' ? shift @ARGV : 0;
my ($language, $page, @command) = @ARGV;
@command or die "usage: blocks.pl [--update] LANGUAGE PAGE COMMAND...\n";
my %mark = (python => 'print("%s", flush=True)', r => 'cat("%s\n")');
my $marker = "== end of block $$ ==";

open my $in, '<', $page or die "$page: $!\n";
my $text = do { local $/; <$in> };
close $in;
my @parts = split /^(```\Q$language\E\n.*?^```\n(?:```text\n.*?^```\n)?)/ms, $text;
my @blocks;
for my $i (grep { $_ % 2 } 0 .. $#parts) {
    $parts[$i] =~ /^```\w+\n(.*?)^```\n(?:```text\n(.*?)^```\n)?/ms;
    push @blocks, { code => $1, text => $2, part => $i };
}
my ($out, $file) = tempfile(SUFFIX => ".$language", UNLINK => 1);
print $out "$_->{code}\n", sprintf($mark{$language}, $marker), "\n" for @blocks;
close $out;
my $said = '';
{
    open my $from, '-|', 'sh', '-c', '"$@" 2>&1 </dev/null', 'sh', @command, $file or die "$command[0]: $!\n";
    local $/;
    $said = <$from> // '';
}
my @said = split /^\Q$marker\E\n/m, $said, -1;
sub tidy { my $s = shift; $s =~ s/[ \t]+$//mg; $s =~ s/\n+\z//; return $s eq '' ? '' : "$s\n"; }
my ($n, $bad) = (0, 0);
for my $b (@blocks) {
    my $got = tidy($said[$n] // '');
    my $reached = $n < $#said;
    my $line = 1 + (join('', @parts[0 .. $b->{part} - 1]) =~ tr/\n//);
    my $good = $reached && ($update ? defined $b->{text} || $got eq '' : $got eq tidy($b->{text} // ''));
    $n++;
    print $good ? 'ok' : 'not ok', " $n - $page line $line\n";
    if (!$good) { $bad = 1; print "# $_\n" for 'expected:', split(/\n/, $b->{text} // ''), 'got:', split(/\n/, $got); }
    elsif ($update && defined $b->{text}) { $parts[ $b->{part} ] = "```$language\n$b->{code}```\n```text\n$got```\n"; }
    last unless $reached;
}
$bad = 1 if !@blocks;
print '1..', scalar(@blocks) || 1, "\n";
if ($update && !$bad) {
    open my $to, '>', $page or die "$page: $!\n";
    print $to @parts;
    close $to or die "$page: $!\n";
}
exit $bad;
