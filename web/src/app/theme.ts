// Light, dark, or as the system has it; and how much stands on a screen.
import { effect, signal } from '@preact/signals';
import { kept } from './kept';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'dense' | 'roomy';

export const theme = kept<Theme>('theme', 'system', ['system', 'light', 'dark']);
export const density = kept<Density>('density', 'dense', ['dense', 'roomy']);

/** Whether it is dark now, for what is drawn by script. */
export const dark = signal(false);

/** Sets the attributes that the style sheets go by. */
export function followTheme(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const isDark = theme.value === 'dark' || (theme.value === 'system' && system.matches);
    dark.value = isDark;
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    document.documentElement.dataset.density = density.value;
  };
  effect(apply);
  system.addEventListener('change', apply);
}
