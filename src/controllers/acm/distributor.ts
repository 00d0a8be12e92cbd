import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { ManifestWorkResource } from '../../api/ocm/manifestwork.ts';
import type { Client } from '../../runtime/client.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import type { Distribution } from './distribution.ts';
import { workCorrected } from './events.ts';
import type { AcmMetrics } from './metrics.ts';
import { WorkWriter } from './workwriter.ts';

/** Carries a distribution out. */
export class Distributor {
  readonly #deps: { client: Client; recorder: Recorder; metrics: AcmMetrics };
  readonly #writer: WorkWriter;

  constructor(deps: { client: Client; recorder: Recorder; metrics: AcmMetrics }) {
    this.#deps = deps;
    this.#writer = new WorkWriter(deps.client);
  }

  /** Returns the works that the hub keeps otherwise than they were written. */
  async carryOut(app: CodecoApp, { apply, remove }: Distribution): Promise<string[]> {
    const { recorder, metrics } = this.#deps;
    const dropped: string[] = [];
    for (const { work, live } of apply) {
      const outcome = await this.#writer.write(work, live);
      if (outcome.sent) metrics.work(live ? 'apply' : 'create');
      if (outcome.corrected)
        recorder.event(app, workCorrected(work.metadata.namespace ?? '', work.metadata.name));
      if (outcome.dropped !== undefined) dropped.push(outcome.dropped);
    }
    for (const { metadata } of remove) await this.remove(metadata);
    return dropped;
  }

  /** Only the very work that was decided on: one that came back under its name meanwhile stays. */
  async remove({ namespace = '', name, uid }: ObjectMeta): Promise<void> {
    const { client, metrics } = this.#deps;
    await client.delete(ManifestWorkResource, { namespace, name }, uid === undefined ? {} : { uid });
    metrics.work('delete');
  }
}
