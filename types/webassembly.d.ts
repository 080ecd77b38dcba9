// The part of the WebAssembly JavaScript interface that Lanewise uses. Node's own types leave it to the DOM's.
declare namespace WebAssembly {
  interface MemoryDescriptor {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }

  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: SharedArrayBuffer | ArrayBuffer;
  }

  class Global {
    readonly value: number;
  }

  class Module {
    constructor(bytes: Uint8Array);
  }

  type ExportValue = ((...args: number[]) => number) | Global | Memory;

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: Readonly<Record<string, ExportValue>>;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
