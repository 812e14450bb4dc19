#!/usr/bin/perl
# docs.pl [--update] PAGE: executes a manual page's SQL, and prints TAP.
#
# Every fenced block ```sql is run, in order, in one psql session; a block
# ```sql skip is not.  When a block ```text follows (nothing but blank lines
# between), psql's output must equal it but for trailing white space; without
# one, the block must not raise an error.  Each executed block is one test.
# With --update, the ```text blocks are rewritten with what psql printed.
use strict;
use warnings;
use IPC::Open2;

my $update = @ARGV && $ARGV[0] eq '--update' ? shift @ARGV : 0;
my $page = shift @ARGV or die "usage: docs.pl [--update] PAGE\n";
(my $label = $page) =~ s{^.*?((?:doc/)?[^/]+)$}{$1};

open my $in, '<', $page or die "$page: $!\n";
my @lines = <$in>;
close $in;

# --- the blocks
my (@blocks, $last, $fence, $current);
for my $i (0 .. $#lines) {
    my $line = $lines[$i];
    if (defined $fence) {
        if ($line =~ /^\Q$fence\E`*\s*$/) {
            $current->{end} = $i;
            ($fence, $current) = ();
        }
        else { $current->{body} .= $line; }
    }
    elsif ($line =~ /^(```+)\s*(.*?)\s*$/) {
        my ($ticks, $info) = ($1, $2);
        $fence = $ticks;
        $current = { body => '', begin => $i, info => $info };
        if ($info eq 'sql') { push @blocks, $current; $last = $current; next; }
        if ($info eq 'text' && $last) { $last->{text} = $current; }
        $last = undef;
    }
    elsif ($line =~ /\S/) { $last = undef; }
}
die "$label: the fence of line " . ($current->{begin} + 1) . " is not closed\n" if defined $fence;

# --- one session, with a marker after each block.  psql writes errors and
# results in the order in which they happen, so both may share a pipe.
my $marker = "== end of block " . $$ . " ==";
my @got;
if (@blocks) {
    my $pid = open2(my $from, my $to, "psql -X -q 2>&1");
    my $writer = fork() // die "fork: $!";
    if ($writer == 0) {
        close $from;
        print $to $_->{body}, "\n;\n\\echo '$marker'\n" for @blocks;
        close $to;
        exit 0;
    }
    close $to;
    my $text = '';
    while (my $line = <$from>) {
        if ($line eq "$marker\n") { push @got, $text; $text = ''; }
        else { $text .= $line; }
    }
    push @got, $text if $text ne '';
    waitpid $writer, 0;
    waitpid $pid, 0;
}

# psql pads cells, and ends each result with an empty line.
sub tidy {
    my $s = shift;
    $s =~ s/[ \t]+$//mg;
    $s =~ s/\A\n+|\n+\z//g;
    return $s eq '' ? '' : "$s\n";
}

# --- judge
my ($n, $bad, $changed) = (0, 0, 0);
for my $b (@blocks) {
    my $got = $got[$n++];
    my $where = "$label line " . ($b->{begin} + 1);
    my @why;
    my @body = grep { /\S/ && !/^\s*--/ } split /\n/, $b->{body};
    if (!defined $got) {
        @why = ("not reached: psql ended, or a quote before it is not closed");
    }
    elsif (!@body) { @why = ("the block is empty"); }
    elsif ($body[-1] !~ /;\s*(--.*)?$/ && $body[-1] !~ /\\/) {
        @why = ("the block does not end with a semicolon");
    }
    elsif (my $t = $b->{text}) {
        if ($update) {
            my $new = tidy($got);
            if ($new ne tidy($t->{body})) { $t->{new} = $new; $changed++; }
        }
        elsif (tidy($got) ne tidy($t->{body})) {
            @why = ("expected:", split(/\n/, tidy($t->{body})),
                    "got:", split(/\n/, tidy($got)));
        }
    }
    elsif ($got =~ /^(?:psql:.*)?(?:ERROR|FATAL|PANIC|invalid command)\b/m) {
        @why = ("an error that the page does not show:", split /\n/, $got);
    }
    print @why ? "not ok" : "ok", " $n - $where\n";
    print "# $_\n" for @why;
    $bad ||= @why;
}
print "1..$n\n";

if ($changed) {
    for my $t (reverse grep { defined $_->{new} } map { $_->{text} || () } @blocks) {
        splice @lines, $t->{begin} + 1, $t->{end} - $t->{begin} - 1, $t->{new};
    }
    open my $out, '>', $page or die "$page: $!\n";
    print $out @lines;
    close $out or die "$page: $!\n";
    print "# $label: $changed output blocks rewritten\n";
}
exit($bad ? 1 : 0);
