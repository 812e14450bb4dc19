#!/usr/bin/perl
# page.pl [--schema NAME] [--title TEXT] [--language sv] LIBRARIES CHARTS PAGE: writes one HTML page that shows
# the views of a reporting schema as pictures, and needs no network when it is opened.
#
#   LIBRARIES  the node_modules directory that has vega, vega-lite and vega-embed
#   CHARTS     the directory of the Vega-Lite specifications, VIEW.vl.json (doc/chart)
#   PAGE       the file to write; nothing is written if anything is wrong
#
# --language sv writes titles, axes, legends and the page's own words in Swedish. All of them are in one table,
# page_sv.tsv; a word of a specification that it lacks is an error. What comes from the database stays as it is: names
# of groups, and the comments of views.
#
# psql finds the database by PGHOST, PGDATABASE and so on. Each chart gets the rows of the grand
# total: those of the view's twin VIEW_total in which every group column is '(total)', or all of
# the view where there are no group columns. A view that the schema lacks has no chart; a chart
# that reads a column that its view lacks is an error.
#
# Nothing from the database can run in the page: text is escaped for where it stands, and the
# page's policy lets the browser run these four scripts only, by their checksums, and load
# nothing. Hence the interpreter instead of generated functions for Vega's expressions (page.js).
use strict;
use warnings;
use Digest::SHA qw(sha256_base64);
use Encode qw(decode_utf8 encode_utf8);
use File::Basename qw(dirname);
use Getopt::Long;
use IPC::Open2;
use JSON::PP;

# Sections, and their views: the first column that is not a group column, the order of rows for
# a reader, the height of the picture, and whether it is a wide one.
my @sections = (
    [ 'Who works here',
        [ 'headcount', 'day', '', 300 ],
        [ 'age_pyramid', 'day', 'age', 400 ],
        [ 'turnover', 'year', 'year', 340 ],
        [ 'employment_series', 'period_start', 'period_start', 320, 'wide' ] ],
    [ 'Who leaves, when and why',
        [ 'exit_rates', 'age', 'reason, age', 340 ],
        [ 'retention_curve', 'after_days', 'after_days', 340 ],
        [ 'retention_by_hire_year', 'hire_year', 'hire_year, after_days', 340 ],
        [ 'exit_reasons', 'after_days', 'reason, after_days', 340 ],
        [ 'employment_leavers', 'period_start', 'reason, period_start', 320 ] ],
    [ 'What is to come',
        [ 'retirement_projection', 'year', 'year', 320 ],
        [ 'recruitment_need', 'year', 'year', 320 ],
        [ 'scenarios', 'scenario_no', 'scenario_no, year', 340 ],
        [ 'forecast_check', 'year', 'measure DESC, reason', 280 ],
        [ 'forecast_backtest', 'origin', 'measure, origin, horizon', 340 ] ],
    [ 'Education',
        [ 'funnel_stages', 'stage_no', 'stage_no', 380, 'wide' ],
        [ 'funnel_epochs', 'epoch', 'stage_no, epoch', 380 ],
        [ 'required_intake', 'year', 'year', 340 ],
        [ 'required_intake_stages', 'year', 'stage_no, year', 340, 'wide' ] ],
    [ 'Moves',
        [ 'mobility_series', 'period_start', 'state, period_start', 320, 'wide' ],
        [ 'mobility_leavers', 'period_start', 'state, reason, period_start', 320 ],
        [ 'mobility_headcount', 'day', 'state, day', 320 ],
        [ 'mobility_flows', 'from_state', 'from_state, to_state', 320 ],
        [ 'mobility_probabilities', 'from_state', 'from_state, to_state', 300 ] ],
    [ 'Competence',
        [ 'competence_coverage', 'day', 'day', 340 ] ],
    [ 'How good the numbers are',
        [ 'freshness', 'source', 'source', 260, 'wide' ],
        [ 'employment_quality', 'problem', 'problem', 260 ],
        [ 'education_quality', 'problem', 'problem', 260 ],
        [ 'mobility_quality', 'problem', 'problem', 260 ],
        [ 'competence_quality', 'problem', 'problem', 260 ] ],
);

# Shown beside every figure, where the view has them.
my @beside = qw(as_of rows_skipped rows_left_out refreshed_at);

my ($schema, $title, $language) = ('reporting', undef, 'en');
GetOptions('schema=s' => \$schema, 'title=s' => \$title, 'language=s' => \$language) && @ARGV == 3
    or die "usage: page.pl [--schema NAME] [--title TEXT] [--language sv] LIBRARIES CHARTS PAGE\n";
my ($libraries, $charts, $page) = @ARGV;
my $here = dirname(__FILE__);

sub fail { die "page.pl: @_\n" }

sub slurp {
    my $file = shift;
    open my $in, '<:raw', $file or fail("$file: $!");
    local $/;
    return scalar <$in>;
}

# --- the language: said() gives a word of the page or of a specification in it.
fail("there is no table of words for the language \"$language\"") unless $language =~ /^(?:en|sv)\z/;
my %word;
if ($language ne 'en') {
    for (split /\n/, decode_utf8(slurp("$here/page_$language.tsv"))) {
        my ($english, $other) = split /\t/;
        $word{$english} = $other unless /^#/;
    }
}

sub said {
    my $text = shift;
    return $text if $language eq 'en';
    fail("page_$language.tsv lacks \"$text\"") unless defined $word{$text};
    return $word{$text};
}
$title = said('Workforce and education in pictures') unless defined $title;

# translated SPEC: a specification in the language. What must have a word is a title; other strings are
# replaced where the table has them, in lists and in expressions alike, so that both stay equal.
sub translated {
    my ($node, $key) = @_;
    if (ref $node eq 'HASH') { return { map { $_ => translated($node->{$_}, $_) } keys %$node }; }
    if (ref $node eq 'ARRAY') { return [ map { translated($_, $key) } @$node ]; }
    return $node unless defined $node && defined $key && !ref $node;
    return said($node) if $key =~ /^(?:title|text|subtitle)\z/ && $node =~ /\pL/;
    return $word{$node} // $node if $key =~ /^(?:domain|sort)\z/;
    if ($key =~ /^(?:calculate|expr|filter|test|labelExpr|value|datum)\z/) {
        $node =~ s{'([^'\\]*)'}{"'" . ($word{$1} // $1) . "'"}ge;
    }
    return $node;
}

# What one query of one value gives, as bytes of UTF-8.
sub psql {
    my ($sql, %variables) = @_;
    local $ENV{PGCLIENTENCODING} = 'UTF8';
    my @set = map { ('-v', "$_=$variables{$_}") } keys %variables;
    # From standard input, since psql replaces no variables in -c; a query is smaller than a pipe.
    my $pid = open2(my $out, my $in, 'psql', '-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', @set);
    print $in $sql;
    close $in;
    binmode $out;
    local $/;
    my $text = <$out>;
    waitpid $pid, 0;
    fail('psql failed') if $? != 0;
    chomp $text;
    return $text;
}

# --- escaping
sub html {
    my $text = shift;
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;', "'" => '&#39;');
    $text =~ s/([&<>"'])/$entity{$1}/g;
    return encode_utf8($text);
}

# JSON inside <script>: these bytes occur within strings only, where \u means the same.
sub script_json {
    my $json = shift;
    $json =~ s/([<>&])/sprintf '\\u%04x', ord $1/ge;
    $json =~ s/\xE2\x80([\xA8\xA9])/$1 eq "\xA8" ? '\\u2028' : '\\u2029'/ge;
    return $json;
}

# --- what a specification reads: fields and groupings, and what expressions take of datum; not
# what a transform has made.
sub fields_of {
    my $spec = shift;
    my (%read, %made);
    my $walk;
    $walk = sub {
        my ($node, $key) = @_;
        if (ref $node eq 'HASH') { $walk->($node->{$_}, $_) for keys %$node; return; }
        if (ref $node eq 'ARRAY') { $walk->($_, $key) for @$node; return; }
        return unless defined $node && defined $key;
        if ($key eq 'as') { $made{$node} = 1; }
        elsif ($key =~ /^(?:field|fold|groupby)$/) { $read{$node} = 1; }
        elsif ($key =~ /^(?:calculate|filter|test|expr)$/) { $read{$1} = 1 while $node =~ /\bdatum\.(\w+)/g; }
    };
    $walk->($spec, undef);
    return grep { !$made{$_} } sort keys %read;
}

# --- the catalog
my $catalog = decode_json(psql(<<'SQL', schema => $schema) || 'null');
SELECT json_object_agg(c.relname, json_build_object(
           'name', format('%I.%I', n.nspname, c.relname),
           'comment', obj_description(c.oid, 'pg_class'),
           'columns', (SELECT json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname),
                                                         'type', format_type(a.atttypid, NULL)) ORDER BY a.attnum)
                       FROM pg_attribute AS a
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = :'schema' AND c.relkind = 'v'
SQL
fail(qq(there is no view in schema "$schema")) unless $catalog;

# --- one figure
sub figure {
    my ($view, $first, $order, $height, $class) = @_;
    my $file = "$charts/$view.vl.json";
    my $text = slurp($file);
    my $spec = eval { decode_json($text) } or fail("$file: $@");
    if ($language ne 'en') {
        $spec = translated($spec);
        $text = JSON::PP->new->utf8->canonical->encode($spec);
    }
    my $source = $catalog->{$view};
    my @groups;
    for my $column (@{ $source->{columns} }) {
        last if $column->{name} eq $first;
        push @groups, $column;
    }
    fail("view $view has no column $first") if @groups == @{ $source->{columns} };
    my $twin = @groups ? "${view}_total" : $view;
    $source = $catalog->{$twin} or fail("there is no view $twin");

    my %column = map { $_->{name} => $_ } @{ $source->{columns} };
    my @fields = fields_of($spec);
    for my $field (@fields) {
        fail("$file reads the column $field, which view $twin lacks") unless $column{$field};
    }
    my %wanted = map { $_ => 1 } @fields, @beside;
    my @columns = grep { $wanted{ $_->{name} } } @{ $source->{columns} };

    # Broken into lines between columns; these are the view's own, of plain names.
    (my $list = join ', ', map { $_->{quoted} } @columns) =~ s/(.{60,90}?,) /$1\n       /g;
    my $sql = "SELECT $list\nFROM $source->{name}";
    $sql .= "\nWHERE " . join("\n  AND ", map { "$_->{quoted} = '(total)'" } @groups) if @groups;
    $sql .= "\nORDER BY $order" if $order;

    # A date becomes midnight of the reader's clock, as in a notebook or in Power BI; as a date
    # alone it would be midnight in Greenwich.
    my $pairs = join ', ', map {
        my $value = "q.$_->{quoted}";
        $value .= '::timestamp' if $_->{type} eq 'date';
        "'$_->{name}', $value"
    } @columns;
    my $rows = psql("SELECT coalesce(json_agg(json_build_object($pairs)), '[]') FROM (" . encode_utf8($sql) . ") AS q");
    my $number = @{ decode_json($rows) };
    my $one = $number ? decode_json($rows)->[0] : {};

    my @said;
    push @said, said('All together: ') . join(', ', map { "$_->{name} = (total)" } @groups) if @groups;
    push @said, said('as of ') . substr($one->{as_of}, 0, 10) if defined $one->{as_of};
    push @said, $one->{rows_skipped} . said(' rows skipped, ') . $one->{rows_left_out} . said(' left out')
        if defined $one->{rows_skipped} && defined $one->{rows_left_out} && $view ne 'freshness';

    my $head = ref $spec->{title} ? $spec->{title} : { text => $spec->{title} };
    my %shown = (
        view => html($view), class => $class // '', height => $height, rows => $number,
        title => html($head->{text}), subtitle => html($head->{subtitle} // ''),
        said => html(join " \x{b7} ", @said), comment => html($source->{comment} // ''),
        sql => html("$sql;"), spec => script_json($text), data => script_json($rows),
        room => $number ? qq( style="min-height: ${height}px") : '',
        picture => $number ? '' : '<p class="note">'
            . html(said($view =~ /_quality$/ ? 'No row has a problem.' : 'The view has no rows.')) . '</p>',
    );
    my $out = <<'HTML';
<figure id="{view}" class="{class}" data-view="{view}" data-height="{height}" data-rows="{rows}">
<h3>{title}</h3>
<p class="subtitle">{subtitle}</p>
<div class="chart"{room}>{picture}</div>
<figcaption>
<p class="said">{said}</p>
<p>{comment}</p>
<details><summary>SQL</summary><pre>{sql}</pre></details>
</figcaption>
<script type="application/json" class="spec">{spec}</script>
<script type="application/json" class="rows">{data}</script>
</figure>
HTML
    $out =~ s/\{(\w+)\}/$shown{$1}/g;
    return $out;
}

my ($body, $nav, $number) = ('', '', 0);
for my $section (@sections) {
    my ($name, @views) = @$section;
    my @there = grep { $catalog->{ $_->[0] } } @views;
    next unless @there;
    (my $id = lc $name) =~ s/\W+/-/g;
    $name = said($name);
    $nav .= qq(<a href="#$id">) . html($name) . "</a>\n";
    $body .= qq(<section>\n<h2 id="$id">) . html($name) . qq(</h2>\n<div class="grid">\n)
        . join('', map { figure(@$_) } @there) . "</div>\n</section>\n";
    $number += @there;
}
fail(qq(no view of schema "$schema" has a chart)) unless $number;

# --- the libraries, with the licence that asks to be with them
my (@scripts, @versions);
for my $library (qw(vega vega-lite vega-embed)) {
    my $package = decode_json(slurp("$libraries/$library/package.json"));
    my ($licence) = grep { -f } map { "$libraries/$library/$_" } qw(LICENSE LICENSE.md LICENCE);
    my $text = $licence ? slurp($licence) : $package->{license};
    $text =~ s{\*/}{* /}g;
    my $code = slurp("$libraries/$library/build/$library.min.js");
    $code =~ s/^\/\/# sourceMappingURL=.*$//m;
    push @scripts, "/* $library $package->{version}\n\n$text*/\n$code";
    push @versions, "$library $package->{version}";
}
push @scripts, slurp("$here/page.js");
s{</(script)}{<\\/$1}gi, s{<!--}{<\\!--}g for @scripts;
my $policy = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; script-src "
    . join ' ', map { my $sum = sha256_base64("\n$_\n"); $sum .= '=' while length($sum) % 4; "'sha256-$sum'" } @scripts;

my %shown = (
    language => $language, charts => html(said('charts of the views in the schema')), made => html(said('Made by education_flow. Drawn by')),
    point => html(said(q(Point at a mark for its numbers; under each chart are the view's comment and the SQL that asks for its rows.))),
    inside => html(said('which are in this file: it needs no network.')),
    title => html($title), schema => html($schema), policy => $policy, nav => $nav, body => $body,
    number => $number, versions => html(join ', ', @versions), style => slurp("$here/page.css"),
    scripts => join('', map { "<script>\n$_\n</script>\n" } @scripts),
);
my $out = <<'HTML';
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p>{number} {charts} &ldquo;{schema}&rdquo;. {point}</p>
<nav>
{nav}</nav>
</header>
<main>
{body}</main>
<footer>
<p>{made} {versions} (BSD-3-Clause), {inside}</p>
</footer>
{scripts}</body>
</html>
HTML
$out =~ s/\{(\w+)\}/$shown{$1}/g;

open my $file, '>:raw', "$page.new" or fail("$page.new: $!");
print $file $out;
close $file or fail("$page.new: $!");
rename "$page.new", $page or fail("$page: $!");
