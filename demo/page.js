// Draws every figure of the page from the specification and the rows that stand in it. The
// attribute data-state says how it went: drawn, empty or failed; and on <html>, when all is done.
(async () => {
	'use strict';
	const config = {
		font: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
		background: null,
		view: {stroke: null},
		axis: {
			labelColor: '#4a5560', titleColor: '#4a5560', titleFontWeight: 'normal',
			gridColor: '#e6eaee', domainColor: '#b8c2cb', tickColor: '#b8c2cb',
			labelFontSize: 11, titleFontSize: 12, titlePadding: 8
		},
		legend: {labelFontSize: 12, labelColor: '#27313a', titleColor: '#4a5560', titleFontWeight: 'normal', symbolOpacity: 1}
	};
	const failed = [];

	// Vega's own table, without the lines of what is not known.
	const formatTooltip = (value, sanitize) => '<table>' + Object.entries(value)
		.filter(([, text]) => text !== 'null')
		.map(([name, text]) => '<tr><td class="key">' + sanitize(name) + '</td><td class="value">' + sanitize(text) + '</td></tr>')
		.join('') + '</table>';

	for (const figure of document.querySelectorAll('figure[data-view]')) {
		const chart = figure.querySelector('.chart');
		try {
			const spec = JSON.parse(figure.querySelector('script.spec').textContent);
			const rows = JSON.parse(figure.querySelector('script.rows').textContent);
			if (rows.length === 0) {
				figure.dataset.state = 'empty';
				continue;
			}
			// The title stands in the page, where long lines wrap.
			delete spec.title;
			spec.width = 'container';
			spec.height = Number(figure.dataset.height);
			spec.autosize = {type: 'fit', contains: 'padding'};
			spec.datasets = {dataset: rows};
			await vegaEmbed(chart, spec, {
				config,
				renderer: 'svg',
				ast: true,
				tooltip: {formatTooltip},
				downloadFileName: figure.dataset.view,
				actions: {export: true, source: false, compiled: false, editor: false}
			});
			figure.dataset.state = 'drawn';
		} catch (error) {
			figure.dataset.state = 'failed';
			failed.push(figure.dataset.view);
			chart.textContent = 'This chart could not be drawn: ' + error.message;
			console.error(figure.dataset.view + ': ' + error.message);
		}
	}
	document.documentElement.dataset.state = failed.length === 0 ? 'done' : 'failed';
	document.documentElement.dataset.height = document.documentElement.scrollHeight;
})();
