// A line chart over time: data in, lines out.
import uPlot from '../lib/uplot/uPlot.esm.js';
import { valueOf } from './palette.js';

const charts = new Set();

// uPlot draws on a canvas, which does not follow CSS variables by itself.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach((chart) => chart.rebuild()));

export class Chart {
  /** `format` writes values of the y axis. */
  constructor(element, { height = 110, format = String, floor = null } = {}) {
    this.element = element;
    this.height = height;
    this.format = format;
    this.floor = floor;
    this.lines = [];
    this.data = [[]];
    charts.add(this);
    new ResizeObserver(() => this.resize()).observe(element);
  }

  /** `lines`: [{name, colour, dash, width}], `data`: [seconds, values of each line]. */
  show(lines, data) {
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
          y: { range: (u, low, high) => [Math.min(0, low ?? 0), Math.max(floor ?? 0, (high ?? 1) * 1.1, 1e-9)] },
        },
        axes: [
          { ...axis, space: 60, size: 22, values: (u, ticks) => ticks.map((tick) => new Date(tick * 1000).toLocaleTimeString('en-GB')) },
          { ...axis, size: 44, space: 26, values: (u, ticks) => ticks.map(this.format) },
        ],
        series: [
          {},
          ...this.lines.map((line) => ({
            label: line.name,
            stroke: valueOf(line.colour),
            width: line.width ?? 1.75,
            dash: line.dash,
            points: { show: false },
            spanGaps: true,
          })),
        ],
      },
      this.data,
      this.element,
    );
  }
}
