import {
  type CodecoApp,
  CodecoAppResource,
  type CodecoAppStatus,
} from '../../api/codeco/v1alpha1/codecoapp.ts';
import { canonicalJson } from '../../api/hash.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { timestamp } from './timestamp.ts';

/** Writes the status of an app where it is not there already, on the resourceVersion that it was decided on. */
export async function writeAppStatus(
  client: Client,
  app: CodecoApp,
  statusAt: (now: string) => CodecoAppStatus,
  clock: Clock,
): Promise<CodecoAppStatus> {
  const { apiVersion, kind, metadata, spec } = app;
  const status = statusAt(timestamp(clock));
  if (canonicalJson(status) !== canonicalJson(app.status ?? {}))
    await client.updateStatus(CodecoAppResource, { apiVersion, kind, metadata, spec, status });
  return status;
}
