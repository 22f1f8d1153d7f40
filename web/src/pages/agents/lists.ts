// Lists of short names as people type them: "returns, repairs". Pure.

/** Trimmed, each once, in the order typed. */
export function parseList(text: string): string[] {
  const parts = text.split(/[,;\n]/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}

export function shownList(items: readonly string[], otherwise: string): string {
  return items.length === 0 ? otherwise : items.join(', ');
}
