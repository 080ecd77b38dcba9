/** Passes values one by one from who makes them to who takes them; each waits for the other. */
export class Handover<T> {
  #value: { readonly value: T } | undefined;
  #isClosed = false;
  #taken: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  /** Resolves when the value has been taken, or nobody will take it any more. */
  async put(value: T): Promise<void> {
    if (this.#isClosed) return;
    this.#value = { value };
    this.#arrived?.();
    await new Promise<void>((resolve) => {
      this.#taken = resolve;
    });
  }

  /** The next value; `undefined` when there will be none. */
  async take(): Promise<T | undefined> {
    if (this.#value === undefined && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    const value = this.#value?.value;
    this.#value = undefined;
    this.#taken?.();
    return value;
  }

  close(): void {
    this.#isClosed = true;
    this.#taken?.();
    this.#arrived?.();
  }
}
