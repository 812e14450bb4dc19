#!/usr/bin/perl
# tally.pl NAME FILE: reads one program's TAP from standard input, shows what a
# reader must see (failures with their diagnostics, skips; everything with
# EF_VERBOSE=1), and appends "passed failed skipped" to FILE.
#
# What goes wrong outside the tests counts as a failure too: no plan, a plan
# that does not match, a bail-out.  The caller judges the exit code.
use strict;
use warnings;

my ($name, $file) = @ARGV;
my ($passed, $failed, $skipped, $planned, $seen, $show) = (0, 0, 0, undef, 0, 0);
my (@tail, @trouble, @before);
$| = 1;

while (my $line = <STDIN>) {
    chomp $line;
    push @tail, $line;
    shift @tail if @tail > 15;
    if ($line =~ /^(not )?ok\b(.*)/) {
        my ($not, $rest) = ($1, $2);
        $seen++;
        $show = 0;
        if    ($rest =~ /#\s*skip/i) { $skipped++; $show = 1; }
        elsif ($rest =~ /#\s*todo/i) { $skipped++; $show = 1; }
        elsif ($not)                 { $failed++;  $show = 1; }
        else                         { $passed++; }
        # What was said since the last test may explain this one too.
        if ($not && !$ENV{EF_VERBOSE}) { print "  $name: $_\n" for @before; }
        @before = ();
        print "  $name: $line\n" if $show || $ENV{EF_VERBOSE};
        next;
    }
    if ($line =~ /^1\.\.(\d+)\s*(?:#\s*(.*))?$/) {
        $planned = $1;
        # A file that skips all of its tests says so in the plan.
        if ($1 == 0 && defined $2) { $skipped++; print "  $name: SKIP $2\n"; }
        next;
    }
    push @trouble, $line if $line =~ /^Bail out!/;
    # Diagnostics belong to the test before them.
    if   ($show || $ENV{EF_VERBOSE}) { print "  $name: $line\n"; }
    else                             { push @before, $line; shift @before if @before > 100; }
}

push @trouble, "no plan" unless defined $planned;
push @trouble, "planned $planned tests but ran $seen" if defined $planned && $planned != $seen;
if (@trouble) {
    print "  $name: FAILED: $_\n" for @trouble;
    print "  $name| $_\n" for @tail;
    $failed++;
}
open my $out, '>>', $file or die "$file: $!";
print $out "$passed $failed $skipped\n";
