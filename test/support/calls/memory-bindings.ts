/** A binding store in memory, which can fail. */
import type { Binding, BindingStore } from '../../../src/calls/ports.js';

export class MemoryBindings implements BindingStore {
  readonly kept = new Map<string, Binding>();
  broken = false;

  constructor(...bindings: readonly Binding[]) {
    for (const binding of bindings) this.kept.set(`${binding.extension} ${binding.contact}`, binding);
  }

  load(): Promise<readonly Binding[]> {
    return Promise.resolve([...this.kept.values()]);
  }

  save(binding: Binding): Promise<void> {
    if (this.broken) return Promise.reject(new Error('Redis is away'));
    this.kept.set(`${binding.extension} ${binding.contact}`, binding);
    return Promise.resolve();
  }

  remove(extension: string, contact: string): Promise<void> {
    this.kept.delete(`${extension} ${contact}`);
    return Promise.resolve();
  }
}
