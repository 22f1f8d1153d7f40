// Questions about single conversations, few at a time, and each once however often it is wanted meanwhile.

export class Asking {
  private readonly wanted = new Set<string>();
  private readonly underWay = new Set<string>();

  /** `ask` brings the answer where it belongs; one that fails is left to the next event. */
  constructor(
    private readonly ask_: (id: string) => Promise<void>,
    private readonly atOnce = 4,
  ) {}

  ask(id: string): void {
    this.wanted.add(id);
    this.pump();
  }

  private pump(): void {
    for (const id of this.wanted) {
      if (this.underWay.size >= this.atOnce) return;
      // What is wanted again while it is asked for may have changed since, and is asked for once more.
      if (this.underWay.has(id)) continue;
      this.wanted.delete(id);
      this.underWay.add(id);
      void this.ask_(id)
        .catch(() => {})
        .finally(() => {
          this.underWay.delete(id);
          this.pump();
        });
    }
  }
}
