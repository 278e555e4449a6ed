import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { OtlpExporterOptions, OtlpTarget } from './otlpExporter.ts';
import type { SpanStore } from './spanStore.ts';

export interface ExportingParts extends Omit<OtlpExporterOptions, keyof OtlpTarget> {
  readonly spans: SpanStore;
  /** Undefined while the user has set none. */
  readonly target: () => OtlpTarget | undefined;
}

/** Sends what ends to where the user wants it. The exporter is loaded only then. */
export class Exporting implements Disposable {
  private readonly parts: ExportingParts;
  private readonly resources = new ResourceManager('exporting');
  private current: ResourceManager | undefined;
  private endpoint: string | undefined;

  constructor(parts: ExportingParts) {
    this.parts = parts;
  }

  /** To be called when the target may be another one. */
  apply(isOn: boolean): void {
    const target = isOn && !this.resources.isDisposed ? this.parts.target() : undefined;
    if (target?.endpoint === this.endpoint) {
      return;
    }
    this.stop();
    this.endpoint = target?.endpoint;
    if (target) {
      const own = this.resources.child('target');
      this.current = own;
      this.begin(own, target).catch(this.parts.onProblem);
    }
  }

  dispose(): void {
    this.stop();
    this.resources.dispose();
  }

  private async begin(own: ResourceManager, target: OtlpTarget): Promise<void> {
    const { OtlpExporter } = await import('./otlpExporter.ts');
    if (own.isDisposed) {
      return;
    }
    const exporter = own.add(new OtlpExporter({ ...this.parts, ...target }));
    this.parts.spans.exportWith((span) => exporter.add(span));
  }

  private stop(): void {
    this.parts.spans.exportWith(undefined);
    this.current?.dispose();
    this.current = undefined;
  }
}
