import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type ApiAccess, accessTo } from '../../scripts/local/controlplane/apiserver.ts';
import { CertificateAuthority } from '../../scripts/local/controlplane/pki.ts';

/** The hub that the files of a project share, and the kubectl that goes with it. */
export type SharedHub = ApiAccess & { readonly kubectl: string };

/**
 * Access to the shared hub, with a folder of its own for credentials. A file works in namespaces of its own,
 * and neither restarts the hub nor runs controllers that look at all namespaces. Call `close` in afterAll.
 */
export async function sharedHub(): Promise<SharedHub> {
  const { name, folder, url, ca, adminKubeconfig, kubectl } = inject('hub');
  const access = accessTo({
    name,
    url,
    adminKubeconfig,
    folder: await mkdtemp(join(folder, 'shared-')),
    ca: await CertificateAuthority.load(ca),
  });
  return { ...access, kubectl };
}
