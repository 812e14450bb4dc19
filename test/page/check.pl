#!/usr/bin/perl
# check.pl [--strict] DOM CONSOLE NETLOG: what a browser made of a page of demo/page.pl. Prints a
# line for each chart, "VIEW marks N", "VIEW empty" or "VIEW wrong WHY", and a line "- wrong WHY"
# for everything that is wrong with the page itself.
#
#   DOM      what chromium --dump-dom printed
#   CONSOLE  what it wrote to standard error with --enable-logging=stderr
#   NETLOG   what it wrote with --log-net-log
# Every layer of a chart must have drawn something, of a size that is a number; with --strict not
# even the layers that are for a part of the rows may be empty. Counted are marks that can be
# seen: rectangles with an area, lines with a length, points; texts and axes are not.
use strict;
use warnings;

my $strict = @ARGV && $ARGV[0] eq '--strict' ? shift @ARGV : 0;
my ($dom, $console, $netlog) = map {
    open my $in, '<:encoding(UTF-8)', $_ or die "$_: $!\n";
    local $/;
    scalar <$in>;
} @ARGV;

# Layers that are for a part of the rows, which need not be there.
my %partial = map { $_ => 1 } ('competence_coverage', 'funnel_epochs', 'mobility_probabilities', 'required_intake');

sub wrong { print "- wrong @_\n" }

# --- the page
wrong('it did not come to its end') unless $dom =~ /<html[^>]* data-state="(?:done|failed)"/;
wrong("the title is not the page's") unless $dom =~ m{<title>([^<]*)</title>.*<h1>\1</h1>}s;

# --- the console: anything that is more than a remark
for my $line (split /\n/, $console) {
    next unless $line =~ /CONSOLE(?:\(\d+\)|:\d+)\] "(.*)", source:/;
    wrong("the console says: $1");
}

# --- requests that the page made; the browser's own have no origin
my $started = 0;
while ($netlog =~ /^\{"params":(\{.*"url":.*\}),"phase"/mg) {
    my $request = $1;
    next if $request =~ /"initiator":"not an origin"/ || $request !~ /"initiator"/;
    my ($url) = $request =~ /"url":"([^"]*)"/;
    wrong("it asked for $url");
}
wrong('the log of the network is empty') unless $netlog =~ /"constants"/;

# --- the charts
my $number = 0;
while ($dom =~ m{<figure([^>]*)>(.*?)</figure>}sg) {
    my ($attributes, $body) = ($1, $2);
    my ($view) = $attributes =~ /data-view="(\w+)"/;
    my ($state) = $attributes =~ /data-state="(\w+)"/;
    $number++;
    if (!defined $state) { print "$view wrong it was not tried\n"; next; }
    if ($state eq 'empty') { print "$view empty\n"; next; }
    my ($svg) = $body =~ m{<svg\b(.*?)</svg>}s;
    if ($state ne 'drawn' || !defined $svg) { print "$view wrong it could not be drawn\n"; next; }

    my (@wrong, $in, %drawn);
    my ($depth, $marks) = (0, 0);
    # Within a group of marks: <g class="mark-rect role-mark layer_0_marks">.
    while ($svg =~ m{<(/?)([a-zA-Z]+)([^>]*?)(/?)>([^<]*)}g) {
        my ($end, $tag, $rest, $closed, $text) = ($1, $2, $3, $4, $5);
        # Labels for screen readers name values that are null or not a number.
        (my $shape = $rest) =~ s/aria-label="[^"]*"//;
        push @wrong, "<$tag> has the attributes$shape" if $shape =~ /="[^"]*(?:NaN|Infinity|undefined)/;
        push @wrong, qq(a text is "$text") if $text =~ /\b(?:NaN|undefined|Infinity)\b/;
        if ($tag eq 'g') {
            if ($end) { $depth--; undef $in if defined $in && $depth < $in->{depth}; }
            else {
                $depth++;
                if ($shape =~ /class="mark-(\w+) role-mark ([^"\s]*)/) {
                    $in = { kind => $1, name => $2, depth => $depth };
                    $drawn{$2} //= 0;
                }
            }
            next;
        }
        next if !$in || $end;
        if ($tag eq 'text') { $drawn{ $in->{name} }++ if $text =~ /\S/; next; }
        my $seen = $shape !~ /\bopacity="0"/;
        if ($tag eq 'line') {
            $drawn{ $in->{name} }++;
            my ($x) = $shape =~ /x2="([^"]*)"/;
            my ($y) = $shape =~ /y2="([^"]*)"/;
            $marks++ if $seen && (($x || 0) != 0 || ($y || 0) != 0);
        }
        elsif ($tag eq 'path' && $shape =~ /\bd="([^"]+)"/) {
            my $d = $1;
            $drawn{ $in->{name} }++;
            my $size;
            if ($in->{kind} eq 'rect') {
                my ($width) = $d =~ /h(-?[\d.e+-]+)/;
                my ($height) = $d =~ /v(-?[\d.e+-]+)/;
                # Rounded corners are drawn with curves.
                $size = $d =~ /[CA]/ || (($width || 0) != 0 && ($height || 0) != 0);
            }
            elsif ($in->{kind} =~ /^(?:line|area)$/) {
                my %point = map { $_ => 1 } $d =~ /[ML](-?[\d.e+-]+,-?[\d.e+-]+)/g;
                $size = keys %point > 1;
            }
            else { $size = 1; }
            $marks++ if $seen && $size;
        }
    }
    for my $name (sort keys %drawn) {
        push @wrong, "the layer $name is empty" unless $drawn{$name} || ($partial{$view} && !$strict);
    }
    push @wrong, 'nothing is to be seen' unless $marks;
    print @wrong ? "$view wrong $wrong[0]\n" : "$view marks $marks\n";
}
wrong('it has no chart') unless $number;
