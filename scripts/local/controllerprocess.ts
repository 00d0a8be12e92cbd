import { join } from 'node:path';
import type { ApiServer } from './controlplane/apiserver.ts';
import { untilReady } from './controlplane/ready.ts';
import { serviceAccountKubeconfig } from './identities.ts';
import type { GroupProcess, ProcessGroup } from './processgroup.ts';

const READY_MS = 60_000;

/** A controller of the suite. */
export interface ControllerProcess extends GroupProcess {
  /** Serves /healthz, /readyz and /metrics. */
  readonly url: string;
}

/** Starts it under its own ServiceAccount; resolves when it is ready. */
export async function startController(
  group: ProcessGroup,
  hub: ApiServer,
  controller: { name: string; instance: number; port: number; args: readonly string[]; entry: string },
): Promise<ControllerProcess> {
  const { name, instance, port, args, entry } = controller;
  const kubeconfig = await serviceAccountKubeconfig(hub, {
    namespace: 'codeco-system',
    name: `codeco-${name}`,
  });
  const label = instance === 1 ? `codeco-${name}` : `codeco-${name}-${instance}`;
  const process = await group.start({
    name: `hub/${label}`,
    command: globalThis.process.execPath,
    log: join(hub.folder, `${label}.log`),
    args: [
      // As the image starts it: see the Dockerfile.
      '--max-semi-space-size=1',
      '--optimize-for-size',
      entry,
      name,
      `--kubeconfig=${kubeconfig}`,
      `--bind-address=127.0.0.1:${port}`,
      ...args,
    ],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(process, READY_MS, async () => (await fetch(`${url}/readyz`)).ok);
  return Object.assign(process, { url });
}
