#!/usr/bin/perl
# calls.pl: reads parse trees as PostgreSQL stores them (pg_node_tree as text, one
# a line) and prints the calls in them, one a line, with tabs between:
#
#   f or o          a function or aggregate, or an operator
#   its OID
#   types           of its arguments as they were written, before the casts that
#                   PostgreSQL put in: OIDs; with "?" behind if it is a constant,
#                   so that it may be a literal that had no type; 0 if not known
#   result          OID of the type of the result; 0 if not known
use strict;
use warnings;

my ($text, $at);

# The next value: a node (a hash), a list (an array), or a word.
sub value {
    $text =~ /\G\s*/gc;
    if ($text =~ /\G\{/gc) {
        $text =~ /\G(\w+)/gc or die "a node without a name\n";
        my %node = (node => $1);
        until ($text =~ /\G\s*\}/gc) {
            $text =~ /\G\s*:(\w+)/gc or die 'not understood: ' . substr($text, pos $text, 60) . "\n";
            my ($field, @values) = ($1);
            push @values, value() until $text =~ /\G(?=\s*(?::[a-zA-Z_]|\}))/gc;
            $node{$field} = @values == 1 ? $values[0] : \@values;
        }
        return \%node;
    }
    if ($text =~ /\G\(/gc) {
        my @list;
        push @list, value() until $text =~ /\G\s*\)/gc;
        return \@list;
    }
    $text =~ /\G"((?:[^"\\]|\\.)*)"/gc and return $1;
    $text =~ /\G((?:[^\s(){}\\]|\\.)+)/gcs and return $1;
    die 'not understood: ' . substr($text, pos $text, 60) . "\n";
}

my %type_field = (
    VAR => 'vartype', CONST => 'consttype', PARAM => 'paramtype', FUNCEXPR => 'funcresulttype', OPEXPR => 'opresulttype',
    DISTINCTEXPR => 'opresulttype', NULLIFEXPR => 'opresulttype', AGGREF => 'aggtype', WINDOWFUNC => 'wintype',
    RELABELTYPE => 'resulttype', COERCEVIAIO => 'resulttype', ARRAYCOERCEEXPR => 'resulttype', CONVERTROWTYPEEXPR => 'resulttype',
    COERCETODOMAIN => 'resulttype', FIELDSELECT => 'resulttype', SUBSCRIPTINGREF => 'refrestype', CASE => 'casetype', CASEEXPR => 'casetype',
    COALESCE => 'coalescetype', COALESCEEXPR => 'coalescetype', MINMAX => 'minmaxtype', MINMAXEXPR => 'minmaxtype',
    ARRAY => 'array_typeid', ARRAYEXPR => 'array_typeid', ROW => 'row_typeid', ROWEXPR => 'row_typeid',
    SQLVALUEFUNCTION => 'type', CASETESTEXPR => 'typeId');
my %type_of = map { $_ => 16 } qw(BOOLEXPR NULLTEST BOOLEANTEST SCALARARRAYOPEXPR ROWCOMPARE ROWCOMPAREEXPR);
$type_of{GROUPINGFUNC} = 23;

sub type {
    my $n = shift;
    return type($n->{arg}) if $n->{node} eq 'NAMEDARGEXPR';
    return type($n->{expr}) if $n->{node} eq 'TARGETENTRY';
    if ($n->{node} eq 'SUBLINK') {
        return 16 if $n->{subLinkType} =~ /^[0-3]$/;
        my $type = type($n->{subselect}{targetList}[0]);
        return $n->{subLinkType} == 4 ? $type : "$type\[]";
    }
    my $field = $type_field{ $n->{node} };
    return defined $field ? $n->{$field} : $type_of{ $n->{node} } // 0;
}

# An argument, with what PostgreSQL put around it taken off.
sub written {
    my $n = shift;
    $n = $n->{arg} while $n->{node} eq 'NAMEDARGEXPR';
    $n = $n->{expr} if $n->{node} eq 'TARGETENTRY';
    if ($n->{node} eq 'FUNCEXPR' && $n->{funcformat} == 2) { return written($n->{args}[0]); }
    if ($n->{node} eq 'RELABELTYPE' && $n->{relabelformat} == 2) { return written($n->{arg}); }
    if ($n->{node} =~ /^(COERCEVIAIO|ARRAYCOERCEEXPR|CONVERTROWTYPEEXPR|COERCETODOMAIN)$/ && ($n->{coerceformat} // $n->{coercionformat} // 0) == 2) { return written($n->{arg}); }
    return $n;
}

sub list { my $l = shift; return ref $l eq 'ARRAY' ? @$l : () }

sub call {
    my ($kind, $oid, $result, @args) = @_;
    # A literal without a type is a constant of the type that it got, perhaps in a list.
    my @types = map {
        my $w = written($_);
        my $constant = $w->{node} eq 'CONST' || $w->{node} =~ /^ARRAY(EXPR)?$/ && !grep { $_->{node} ne 'CONST' } list($w->{elements});
        type($w) . ($constant ? '?' : '');
    } @args;
    print join("\t", $kind, $oid, join(',', @types), $result), "\n";
}

sub walk {
    my $n = shift;
    if (ref $n eq 'ARRAY') { walk($_) for @$n; return; }
    return unless ref $n eq 'HASH';
    my $node = $n->{node};
    # what PostgreSQL put in itself was not looked up by name
    if ($node eq 'FUNCEXPR') { call('f', $n->{funcid}, $n->{funcresulttype}, list($n->{args})) unless $n->{funcformat} =~ /^[12]$/; }
    elsif ($node eq 'AGGREF') { call('f', $n->{aggfnoid}, $n->{aggtype}, list($n->{aggdirectargs}), grep { !$_->{resjunk} || $_->{resjunk} ne 'true' } list($n->{args})); }
    elsif ($node eq 'WINDOWFUNC') { call('f', $n->{winfnoid}, $n->{wintype}, list($n->{args})); }
    elsif ($node =~ /^(OPEXPR|DISTINCTEXPR|NULLIFEXPR)$/) { call('o', $n->{opno}, $n->{opresulttype}, list($n->{args})); }
    elsif ($node eq 'SCALARARRAYOPEXPR') { call('o', $n->{opno}, 16, list($n->{args})); }
    elsif ($node =~ /^ROWCOMPARE/) { call('o', $_, 16) for list($n->{opnos}); }
    walk($n->{$_}) for sort grep { $_ ne 'node' } keys %$n;
}

while ($text = <STDIN>) {
    chomp $text;
    pos($text) = 0;
    walk(value()) while $text =~ /\G(?=\s*\S)/gc;
}
