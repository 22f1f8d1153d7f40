// The samples of the wall since the console was opened in this tab: they outlast a look at another page, and nothing else.
import { signal } from '@preact/signals';
import type { WallView } from '../../api/types';
import { grown, type Sample, sampleOf } from './series';

export const samples = signal<readonly Sample[]>([]);

export function takeSample(wall: WallView): void {
  const sample = sampleOf(wall);
  if (samples.value.at(-1)?.at !== sample.at) samples.value = grown(samples.value, sample);
}
