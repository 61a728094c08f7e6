// A line chart over time: data in, lines out.
import uPlot from '../lib/uplot/uPlot.esm.js';
import { valueOf } from './palette.js';

const charts = new Set();

// uPlot draws on a canvas, which does not follow CSS variables by itself.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach((chart) => chart.rebuild()));

export class Chart {
  /** `format` writes values of the y axis. */
  constructor(element, { height = 110, format = String, floor = null, dated = false } = {}) {
    this.element = element;
    this.height = height;
    this.format = format;
    this.floor = floor;
    this.dated = dated;
    this.range = null;
    this.lines = [];
    this.data = [[]];
    charts.forEach((other) => other.plot !== undefined && !other.element.isConnected && charts.delete(other));
    charts.add(this);
    new ResizeObserver(() => this.resize()).observe(element);
  }

  /** `lines`: [{name, colour, dash, width}], `data`: [seconds, values of each line], `range`: of the y axis, or null: from zero up to the largest. */
  show(lines, data, range = null) {
    this.range = range;
    const same = JSON.stringify(lines) === JSON.stringify(this.lines);
    this.lines = lines;
    this.data = data;
    if (this.plot === undefined || !same) {
      this.rebuild();
    } else {
      this.plot.setData(data);
    }
  }

  resize() {
    if (this.plot !== undefined && this.element.clientWidth > 0) {
      this.plot.setSize({ width: this.element.clientWidth, height: this.height });
    }
  }

  /** A tick of the time axis; of more than a day with its date. */
  time(tick) {
    const at = new Date(tick * 1000);
    const span = this.data[0].length > 1 ? this.data[0].at(-1) - this.data[0][0] : 0;
    if (!this.dated || span <= 7200) return at.toLocaleTimeString('en-GB');
    return span <= 172_800 ? at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }) : at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  }

  rebuild() {
    this.plot?.destroy();
    const axis = {
      stroke: valueOf('--muted'),
      grid: { stroke: valueOf('--grid'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    const floor = this.floor;
    this.plot = new uPlot(
      {
        width: Math.max(80, this.element.clientWidth),
        height: this.height,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 } },
        padding: [6, 4, 0, 0],
        scales: {
          x: { time: true },
          y: { range: (u, low, high) => this.range ?? [Math.min(0, low ?? 0), Math.max(floor ?? 0, (high ?? 1) * 1.1, 1e-9)] },
        },
        axes: [
          { ...axis, space: 60, size: 22, values: (u, ticks) => ticks.map((tick) => this.time(tick)) },
          { ...axis, size: 44, space: 26, values: (u, ticks) => ticks.map(this.format) },
        ],
        series: [
          {},
          ...this.lines.map((line) => ({
            label: line.name,
            stroke: valueOf(line.colour),
            width: line.width ?? 1.75,
            dash: line.dash,
            points: this.dated ? { size: 5 } : { show: false },
            spanGaps: !this.dated,
          })),
        ],
      },
      this.data,
      this.element,
    );
  }
}
