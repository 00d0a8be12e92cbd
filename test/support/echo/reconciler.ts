import { type ConfigMap, ConfigMapResource } from '../../../src/api/core.ts';
import type { ObjectKey } from '../../../src/api/meta.ts';
import type { Client } from '../../../src/runtime/client.ts';
import type { InformerOptions, Lister } from '../../../src/runtime/informer.ts';
import { DONE, type Reconciler, type Result } from '../../../src/runtime/reconcile.ts';
import type { Recorder } from '../../../src/runtime/recorder.ts';

export const ECHO_LABEL = 'codeco.test/echo';

export const ECHO_INFORMER: InformerOptions<ConfigMap, ConfigMap> = {
  resource: ConfigMapResource,
  labelSelector: ECHO_LABEL,
};

/**
 * The smallest controller that can go wrong: makes `data.got` equal `data.want`, and says in `data.by` who
 * did it. Like every controller of the suite it writes on the resourceVersion that it decided on.
 */
export class EchoReconciler implements Reconciler {
  readonly #client: Client;
  readonly #lister: Lister<ConfigMap>;
  readonly #identity: string;
  readonly #recorder: Recorder | undefined;

  constructor(options: {
    client: Client;
    lister: Lister<ConfigMap>;
    identity: string;
    /** Left out: it says nothing. */
    recorder?: Recorder;
  }) {
    this.#client = options.client;
    this.#lister = options.lister;
    this.#identity = options.identity;
    this.#recorder = options.recorder;
  }

  async reconcile(key: ObjectKey): Promise<Result> {
    const object = this.#lister.get(key);
    const want = object?.data?.['want'];
    if (!object || want === undefined || object.data?.['got'] === want) return DONE;
    const data = { ...object.data, got: want, by: this.#identity };
    const written = await this.#client.update(ConfigMapResource, { ...object, data });
    this.#recorder?.event(written, {
      type: 'Normal',
      reason: 'Answered',
      action: 'Answer',
      message: `got ${want}`,
    });
    return DONE;
  }
}
