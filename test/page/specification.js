// specification.js LIBRARIES FILE...: are these Vega-Lite specifications, by the JSON schema that
// comes with Vega-Lite, for data as Deneb binds it? One line of TAP for each, and no plan.
'use strict';
const fs = require('fs');
const path = require('path');

const [libraries, ...files] = process.argv.slice(2);
const Ajv = require(path.join(libraries, 'ajv'));
const ajv = new Ajv({allErrors: false, strict: false, validateFormats: false});
const valid = ajv.compile(JSON.parse(fs.readFileSync(path.join(libraries, 'vega-lite/build/vega-lite-schema.json'))));
const major = JSON.parse(fs.readFileSync(path.join(libraries, 'vega-lite/package.json'))).version.split('.')[0];

for (const file of files) {
	const spec = JSON.parse(fs.readFileSync(file));
	const wrong = [];
	if (!valid(spec))
		wrong.push(...valid.errors.map(e => e.instancePath + ' ' + e.message).slice(-5));
	if (spec.$schema !== `https://vega.github.io/schema/vega-lite/v${major}.json`)
		wrong.push('$schema is ' + spec.$schema);
	if (JSON.stringify(spec.data) !== '{"name":"dataset"}')
		wrong.push('data is ' + JSON.stringify(spec.data));
	if (!spec.title || !spec.title.text || !spec.title.subtitle || !spec.description)
		wrong.push('title, subtitle or description is missing');
	// Deneb and the page give them the size of their place.
	if ('width' in spec || 'height' in spec || 'facet' in spec || 'hconcat' in spec || 'vconcat' in spec)
		wrong.push('it has a size of its own');
	if (!JSON.stringify(spec).includes('"tooltip":['))
		wrong.push('it has no tooltip');
	console.log((wrong.length === 0 ? 'ok - ' : 'not ok - ') + path.basename(file) + ' is a Vega-Lite specification');
	for (const line of wrong)
		console.log('# ' + line);
}
