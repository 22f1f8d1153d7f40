// What a rule looked at, read safely: a trace is JSON of any age, so nothing is taken for granted about its shape.

export class Inputs {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    this.fields = isObject(value) ? value : {};
  }

  has(key: string): boolean {
    return key in this.fields;
  }

  /** `undefined` where there is none, and where it is empty. */
  text(key: string): string | undefined {
    const value = this.fields[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  number(key: string): number | undefined {
    const value = this.fields[key];
    return typeof value === 'number' ? value : undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.fields[key];
    return typeof value === 'boolean' ? value : undefined;
  }

  texts(key: string): string[] {
    return this.list(key).filter((item) => typeof item === 'string');
  }

  /** The objects in a list. */
  each(key: string): Inputs[] {
    return this.list(key)
      .filter(isObject)
      .map((item) => new Inputs(item));
  }

  /** An object inside this one; `undefined` where it is `null` or missing. */
  inner(key: string): Inputs | undefined {
    const value = this.fields[key];
    return isObject(value) ? new Inputs(value) : undefined;
  }

  entries(): [string, unknown][] {
    return Object.entries(this.fields);
  }

  private list(key: string): unknown[] {
    const value = this.fields[key];
    return Array.isArray(value) ? value : [];
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
