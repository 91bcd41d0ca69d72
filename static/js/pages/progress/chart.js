import { gettext, language } from "../../client/i18n.js";
import { part, slot } from "../lib/dom.js";
import { decimal } from "../lib/format.js";

const HEIGHT = 220;
// eslint-disable-next-line mindflip/no-untranslated-text -- a CSS value
const FONT = "12px system-ui, sans-serif";
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const DAY_STEPS = [1, 2, 5, 7, 10, 14, 30, 60, 90];
const axisNumber = new Intl.NumberFormat(language);

/** @param {number} value 0 to 1 @returns {string} the value as a rounded percentage */
export const share = (value) => gettext("%(number)s %%", { number: Math.round(value * 100) });

/**
 * @typedef {object} Plot the content of a chart
 * @property {string[]} labels of the days or other intervals
 * @property {string} [step] the name of an interval, "Day" by default
 * @property {{name: string, color: string, values: (number|null)[], kind: "bars"|"line"|"aim"}[]}
 *   series `color` is the name of a CSS variable; bars are stacked from the bottom up
 * @property {{isShare?: boolean, isFine?: boolean}} axis shows integers, unless the values are
 *   shares or have fractions
 * @property {string} description a text alternative for screen readers
 * @property {string} [none] why there is nothing to show
 * @property {{head: string[], rows: string[][]}} table
 */

/**
 * A figure with a plot, a description and a data table.
 *
 * It is redrawn when the theme changes and resized with its container.
 */
export class Chart {
  #figure;
  #plot = null;
  #redraw = () => {};

  /** @param {HTMLElement} figure */
  constructor(figure) {
    this.#figure = figure;
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#width(), height: HEIGHT })).observe(
      slot(figure, "plot"),
    );
    const redraw = () => requestAnimationFrame(() => this.#redraw());
    new MutationObserver(redraw).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  /** @param {any} uPlot @param {Plot} plot */
  draw(uPlot, plot) {
    const element = slot(this.#figure, "plot");
    element.setAttribute("aria-label", plot.description);
    element.hidden = Boolean(plot.none);
    part(this.#figure, "empty").hidden = !plot.none;
    part(this.#figure, "empty").textContent = plot.none ?? "";
    fillTable(this.#figure.querySelector(".chart-table table"), plot.table);
    this.#redraw = () => this.#drawPlot(uPlot, plot, element);
    if (!plot.none) this.#redraw();
    else this.#forget();
  }

  #drawPlot(uPlot, plot, element) {
    this.#forget();
    const color = (name) => resolved(element, name);
    const data = [plot.labels.map((_, index) => index), ...stacked(plot.series)];
    this.#plot = new uPlot(
      { ...this.#frame(uPlot, plot, color), width: this.#width(), height: HEIGHT },
      data,
      element,
    );
  }

  #frame(uPlot, { labels, step = gettext("Day"), series, axis }, color) {
    const line = {
      stroke: color("--muted"),
      font: FONT,
      grid: { stroke: color("--line"), width: 1 },
      ticks: { show: false },
    };
    const formatted = axis.isShare ? share : axisNumber.format;
    const steps = axis.isShare || axis.isFine ? {} : { incrs: WHOLE_STEPS };
    return {
      scales: {
        x: { time: false, range: [-0.6, labels.length - 0.4] },
        y: { range: (_, low, high) => yRange(axis, low, high) },
      },
      axes: [
        {
          ...line,
          grid: { show: false },
          incrs: DAY_STEPS,
          space: 58,
          size: 30,
          values: (_, indexes) => indexes.map((index) => labels[index] ?? ""),
        },
        {
          ...line,
          size: 48,
          ...steps,
          values: (_, amounts) => amounts.map(formatted),
        },
      ],
      series: [
        { label: step, value: (_, index) => labels[index] ?? "–" },
        ...inDrawingOrder(series).map((plotted) => drawn(uPlot, plotted, color, axis)),
      ],
      legend: { live: true },
      // Without a day under the pointer, the legend has no values.
      hooks: {
        setLegend: [({ root, legend }) => root.toggleAttribute("data-hovered", legend.idx != null)],
      },
      cursor: { y: false, drag: { x: false, y: false } },
    };
  }

  #forget() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #width() {
    return Math.max(200, slot(this.#figure, "plot").clientWidth);
  }
}

/**
 * Return the color of a CSS variable in a form that a canvas understands.
 *
 * A new element is used each time, because the color of an existing one could be in transition.
 */
function resolved(parent, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  parent.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * Return the series in drawing order.
 *
 * Bars are drawn over each other, so the full stack is drawn first.
 */
function inDrawingOrder(series) {
  return series[0].kind === "bars" ? [...series].reverse() : series;
}

function stacked(series) {
  if (series[0].kind !== "bars") return series.map(({ values }) => values);
  return inDrawingOrder(series).map((stackedSeries) => {
    const below = series.slice(0, series.indexOf(stackedSeries) + 1);
    return stackedSeries.values.map((_, day) =>
      below.reduce((sum, { values }) => sum + values[day], 0),
    );
  });
}

function drawn(uPlot, { name, color: variable, values, kind }, color, { isShare }) {
  const formatted = (index) =>
    values[index] === null || values[index] === undefined
      ? "–"
      : isShare
        ? share(values[index])
        : decimal(values[index]);
  const common = {
    label: name,
    stroke: color(variable),
    value: (_u, _value, _series, index) => (index === null ? "–" : formatted(index)),
  };
  if (kind === "bars")
    return {
      ...common,
      fill: color(variable),
      width: 0,
      paths: uPlot.paths.bars({ size: [0.72, 36], radius: 0.12 }),
      points: { show: false },
    };
  if (kind === "aim") return { ...common, width: 1.5, dash: [5, 5], points: { show: false } };
  return {
    ...common,
    width: 2.5,
    spanGaps: true,
    points: { show: values.length <= 40, size: 6, fill: color(variable) },
  };
}

function yRange({ isShare, isFine }, low, high) {
  if (isFine) return [0, (high || 1) * 1.08];
  if (!isShare) return [0, Math.max(5, (high ?? 0) * 1.08)];
  return [Math.max(0, Math.floor((low ?? 0.7) * 10 - 1) / 10), 1.02];
}

function fillTable(table, { head, rows }) {
  const row = (cells, tag) => {
    const element = document.createElement("tr");
    element.append(
      ...cells.map((text, index) => cell(text, index ? tag : "th", index ? "col" : "row")),
    );
    return element;
  };
  table.tHead.replaceChildren(row(head, "th"));
  table.tBodies[0].replaceChildren(...rows.map((cells) => row(cells, "td")));
}

function cell(text, tag, scope) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (tag === "th") element.scope = scope;
  return element;
}
