#!/usr/bin/perl
# meta.pl DIRECTORY [META]: holds the project's META.json (or the file META) to
# the PGXN Meta Spec 1.0.0, and to what is in DIRECTORY.  Prints what is wrong, a
# line each; exits with 1 then.
use strict;
use warnings;
use JSON::PP;

my ($dir, $file) = @ARGV;
$file //= "$dir/META.json";
my @wrong;
sub wrong { push @wrong, join '', @_ }
sub slurp { open my $in, '<:raw', $_[0] or die "$_[0]: $!\n"; local $/; return scalar <$in> }

my $meta = eval { JSON::PP->new->utf8->decode(slurp($file)) };
unless (ref $meta eq 'HASH') { print "no JSON object: ", $@ || 'something else', "\n"; exit 1 }

# --- the kinds of values that the specification names
my $number = qr/(?:0|[1-9][0-9]*)/;
my $semver = qr/$number\.$number\.$number(?:-?[A-Za-z][-0-9A-Za-z]*)?/;
sub is_text { defined $_[0] && !ref $_[0] && length $_[0] }
sub term { my ($v, $at) = @_; is_text($v) && length $v >= 2 && $v !~ m{[/\\[:cntrl:]\s]} or wrong "$at: no term" }
sub version { my ($v, $at) = @_; is_text($v) && $v =~ /\A$semver\z/ or wrong "$at: no semantic version" }
sub range {
    my ($v, $at) = @_;
    defined $v && ($v eq '0' || $v =~ /\A(?:(?:[<>]=?|[=!]=)\s*)?$semver(?:\s*,\s*(?:[<>]=?|[=!]=)\s*$semver)*\z/)
        or wrong "$at: no range of versions";
}
sub uri { my ($v, $at) = @_; is_text($v) && $v =~ m{\A[a-z][a-z0-9+.-]*:[^\s]+\z}i or wrong "$at: no URI" }
sub list { my ($v, $at) = @_; my @v = ref $v eq 'ARRAY' ? @$v : ($v);
    @v && !grep({ !is_text($_) } @v) or wrong "$at: no text or list of texts"; return @v }
sub keys_of {
    my ($map, $at, @known) = @_;
    my %known = map { $_ => 1 } @known;
    ref $map eq 'HASH' or return wrong "$at: no map";
    for (sort keys %$map) { $known{$_} || /\Ax_/i or wrong "$at: no such key: $_" }
}

# --- the specification
keys_of($meta, 'META', qw(abstract maintainer license meta-spec name provides version description
    generated_by no_index prereqs release_status resources tags));
for (qw(abstract maintainer license meta-spec name provides version)) {
    exists $meta->{$_} or wrong "META: $_ is missing";
}
is_text($meta->{abstract}) or wrong 'abstract: no text';
!exists $meta->{description} || is_text($meta->{description}) or wrong 'description: no text';
!exists $meta->{generated_by} || is_text($meta->{generated_by}) or wrong 'generated_by: no text';
list($meta->{maintainer}, 'maintainer');
term($meta->{name}, 'name');
version($meta->{version}, 'version');
($meta->{release_status} // 'stable') =~ /\A(?:stable|testing|unstable)\z/ or wrong 'release_status: unknown';

if (ref $meta->{license} eq 'HASH') {
    %{ $meta->{license} } or wrong 'license: empty';
    uri($meta->{license}{$_}, "license.$_") for sort keys %{ $meta->{license} };
}
else {
    my %license = map { $_ => 1 } qw(agpl_3 apache_1_1 apache_2_0 artistic_1 artistic_2 bsd freebsd
        gfdl_1_2 gfdl_1_3 gpl_1 gpl_2 gpl_3 lgpl_2_1 lgpl_3_0 mit mozilla_1_0 mozilla_1_1 openssl perl_5
        postgresql qpl_1_0 ssleay sun zlib open_source restricted unrestricted unknown);
    $license{$_} or wrong "license: unknown: $_" for list($meta->{license}, 'license');
}

keys_of($meta->{'meta-spec'}, 'meta-spec', qw(version url));
if (ref $meta->{'meta-spec'} eq 'HASH') {
    ($meta->{'meta-spec'}{version} // '') eq '1.0.0' or wrong 'meta-spec.version: not 1.0.0';
    !exists $meta->{'meta-spec'}{url} || ($meta->{'meta-spec'}{url} =~ m{\Ahttps?://pgxn\.org/meta/spec\.txt\z})
        or wrong 'meta-spec.url: not that of the specification';
}

if (ref $meta->{provides} eq 'HASH' && %{ $meta->{provides} }) {
    for my $name (sort keys %{ $meta->{provides} }) {
        my ($p, $at) = ($meta->{provides}{$name}, "provides.$name");
        term($name, $at);
        keys_of($p, $at, qw(file version abstract docfile));
        ref $p eq 'HASH' or next;
        version($p->{version}, "$at.version");
        for (qw(file docfile)) {
            next if $_ eq 'docfile' && !exists $p->{$_};
            is_text($p->{$_}) && -f "$dir/$p->{$_}" or wrong "$at.$_: no such file";
        }
        !exists $p->{abstract} || is_text($p->{abstract}) or wrong "$at.abstract: no text";
    }
}
else { wrong 'provides: no map, or an empty one' }

if (exists $meta->{prereqs}) {
    keys_of($meta->{prereqs}, 'prereqs', qw(configure build test runtime develop));
    for my $phase (sort keys %{ $meta->{prereqs} }) {
        my $relations = $meta->{prereqs}{$phase};
        keys_of($relations, "prereqs.$phase", qw(requires recommends suggests conflicts));
        for my $relation (ref $relations eq 'HASH' ? sort keys %$relations : ()) {
            my $wanted = $relations->{$relation};
            ref $wanted eq 'HASH' or do { wrong "prereqs.$phase.$relation: no map"; next };
            for (sort keys %$wanted) {
                term($_, "prereqs.$phase.$relation.$_");
                range($wanted->{$_}, "prereqs.$phase.$relation.$_");
            }
        }
    }
}

if (exists $meta->{tags}) {
    my %seen;
    for (list($meta->{tags}, 'tags')) {
        length $_ <= 255 && !m{[/\\[:cntrl:]]} or wrong "tags: not allowed: $_";
        !$seen{ lc $_ }++ or wrong "tags: twice: $_";
    }
}
if (exists $meta->{no_index}) {
    keys_of($meta->{no_index}, 'no_index', qw(file directory));
    list($meta->{no_index}{$_}, "no_index.$_") for sort keys %{ $meta->{no_index} };
}
if (exists $meta->{resources}) {
    keys_of($meta->{resources}, 'resources', qw(homepage bugtracker repository));
    uri($meta->{resources}{homepage}, 'resources.homepage') if exists $meta->{resources}{homepage};
}

# --- and this project: one version everywhere
my ($control) = slurp("$dir/education_flow.control") =~ /^default_version *= *'(.*)'/m;
($meta->{name} // '') eq 'education_flow' or wrong 'name: not education_flow';
for my $version ($meta->{version}, eval { $meta->{provides}{education_flow}{version} }) {
    ($version // '') eq $control or wrong "the version is not that of the control file, $control";
}

print "$_\n" for @wrong;
exit(@wrong ? 1 : 0);
