#!/usr/bin/perl
# commands.pl PAGE [SECTION...]: the commands of a manual page, or of some of its
# sections, as a shell script that runs them in order and stops at the first that
# fails.  A command is a fenced block ```sh; it begins in the home directory.  Each
# section with commands ends with a line "seconds N SECTION".
use strict;
use warnings;

my ($page, @sections) = @ARGV or die "usage: commands.pl PAGE [SECTION...]\n";
my %wanted = map { $_ => 1 } @sections;
open my $in, '<', $page or die "$page: $!\n";
my ($section, $inside, $any) = ('', 0, 0);
sub finish {
    print "echo \"seconds \$((SECONDS - began)) $section\"\n" if $any;
    $any = 0;
}
print "set -eo pipefail\ncd\n";
while (<$in>) {
    if ($inside) {
        if (/^```\s*$/) { $inside = 0; print "cd\n" }
        else { print }
    }
    elsif (/^#+ (.*)/) {
        my $title = $1;
        finish();
        ($section = $title) =~ tr/A-Za-z0-9 .//cd;
    }
    elsif (/^```sh\s*$/ && (!@sections || $wanted{$section})) {
        print "began=\$SECONDS\n" unless $any;
        ($inside, $any) = (1, 1);
    }
}
finish();
