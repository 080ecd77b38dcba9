import type { ByteWriter } from '../../storage/file.js';
import { CONTINUATION } from './message.js';
import { PipeWindow } from './pipe-window.js';
import { ArrowSink, type ArrowSinkOptions } from './sink.js';

/** The Arrow stream format, to a file. */
export class ArrowStreamSink extends ArrowSink {
  constructor(options: ArrowSinkOptions) {
    super(options);
    this.writeSchema();
  }

  protected async writeEnd(): Promise<void> {
    const end = new Uint8Array(8);
    new DataView(end.buffer).setUint32(0, CONTINUATION, true);
    this.file.write([end], this.position);
    this.position += end.length;
  }

  protected addBlock(): void {}

  protected checkDictionary(): void {}
}

/** The Arrow stream format, to a pipe: a record batch goes when all of it is there. */
export class ArrowPipeSink extends ArrowStreamSink {
  readonly #window: PipeWindow;

  constructor(options: Omit<ArrowSinkOptions, 'file'> & { readonly writer: ByteWriter }) {
    const window = new PipeWindow(options);
    super({ ...options, file: window });
    this.#window = window;
  }

  protected override async writeEnd(): Promise<void> {
    await super.writeEnd();
    await this.#window.flush(this.position);
  }

  override close(): void {
    super.close();
    this.#window.close();
  }

  protected override async onEnd(position: number): Promise<void> {
    await this.#window.flush(position);
  }
}
