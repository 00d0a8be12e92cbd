import {
  type CodecoApp,
  CodecoAppResource,
  type CodecoAppStatus,
} from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { Client } from '../../runtime/client.ts';

/** Writes the status of an app, on the resourceVersion that it was decided on; returns the server's answer. */
export function writeAppStatus(
  client: Client,
  { apiVersion, kind, metadata }: CodecoApp,
  status: CodecoAppStatus,
): Promise<CodecoApp> {
  const { namespace, name, uid, resourceVersion } = metadata;
  // Without the spec, which the status subresource ignores and which may be half a megabyte.
  const body = { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion }, status };
  return client.updateStatus(CodecoAppResource, body as CodecoApp);
}
