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
			labelFontSize: 11, titleFontSize: 12, titlePadding: 8, labelLimit: 240
		},
		legend: {labelFontSize: 12, labelLimit: 320, labelColor: '#27313a', titleColor: '#4a5560', titleFontWeight: 'normal', symbolOpacity: 1}
	};
	// How numbers and months are written; words are those of the page.
	const months = 'januari februari mars april maj juni juli augusti september oktober november december'.split(' ');
	const days = 'söndag måndag tisdag onsdag torsdag fredag lördag'.split(' ');
	const locales = {
		sv: {
			formatLocale: {decimal: ',', thousands: '\u00a0', grouping: [3], currency: ['', '\u00a0kr']},
			timeFormatLocale: {
				dateTime: '%A den %d %B %Y %X', date: '%Y-%m-%d', time: '%H:%M:%S', periods: ['fm', 'em'],
				days, shortDays: days.map(day => day.slice(0, 3)), months, shortMonths: months.map(month => month.slice(0, 3))
			}
		}
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
				...locales[document.documentElement.lang],
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
