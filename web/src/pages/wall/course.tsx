// A small chart of one figure since the page was opened. Drawn by script, in the theme's colours; said in words as well.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { dark } from '../../app/theme';
import { moment } from '../../parts/clock';
import { course, type Figure, type Sample } from './series';

interface CourseProps {
  label: string;
  samples: readonly Sample[];
  figure: Figure;
  /** How a value is written. */
  write: (value: number) => string;
  /** Shares are drawn on 0 to 1, counts from 0 to the highest. */
  most?: number;
}

const HEIGHT = 52;

export function Course({ label, samples, figure, write, most }: CourseProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data = course(samples, figure);
  const latest = useRef(data);
  latest.current = data;
  const isDark = dark.value;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours, which a chart keeps
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const chart = new uPlot(options(element, most), latest.current, element);
    plot.current = chart;
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = undefined;
    };
  }, [isDark, most]);

  const newest = samples.at(-1)?.at;
  const count = samples.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest sample and their number say that there is more
  useEffect(() => plot.current?.setData(latest.current), [newest, count, figure]);

  return <div class="course" ref={box} role="img" aria-label={inWords(label, data, write)} />;
}

function inWords(
  label: string,
  data: [number[], (number | null)[]],
  write: (value: number) => string,
): string {
  const values = data[1].filter((value) => value !== null);
  const [now, from] = [values.at(-1), data[0][0]];
  if (now === undefined || from === undefined) return `${label}: nothing yet`;
  const range = `between ${write(Math.min(...values))} and ${write(Math.max(...values))}`;
  return `${label} since ${moment(from * 1000, Date.now())}: ${range}, now ${write(now)}`;
}

function options(element: HTMLElement, most: number | undefined): uPlot.Options {
  const styles = getComputedStyle(element);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [4, 2, 2, 2],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: true },
      y: { range: (_, __, high) => [0, most ?? Math.max(1, high * 1.1)] },
    },
    series: [
      {},
      {
        stroke: colour('--accent'),
        fill: colour('--accent-soft'),
        width: 1.5,
        spanGaps: false,
        points: { size: 3 },
      },
    ],
  };
}
