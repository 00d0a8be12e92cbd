import type { TestProject } from 'vitest/node';
import type { KeyPair } from '../../scripts/local/controlplane/pki.ts';
import { startTestFederation } from './controlplane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The hub that the files of a project share; see {@link sharedHub}. */
    hub: { name: string; folder: string; url: string; ca: KeyPair; adminKubeconfig: string; kubectl: string };
  }
}

/** One hub with every CRD and role of an installation, for all files that leave it as they found it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const federation = await startTestFederation();
  const { name, folder, url, ca, adminKubeconfig } = federation.hub;
  const { kubectl } = federation.binaries;
  project.provide('hub', { name, folder, url, ca: ca.pair, adminKubeconfig, kubectl });
  return () => federation.stop();
}
