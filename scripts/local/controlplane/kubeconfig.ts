import { chmod, writeFile } from 'node:fs/promises';
import { dump } from 'js-yaml';

/** How somebody proves who they are: certificate, or a file that holds a token and may be rewritten. */
export type Login = { certificate: string; key: string } | { tokenFile: string };

/** Writes a kubeconfig that only its owner can read. */
export async function writeKubeconfig(
  file: string,
  options: { name: string; server: string; ca: string; user: string; login: Login },
): Promise<void> {
  const { name, server, ca, user, login } = options;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const credentials =
    'tokenFile' in login
      ? { tokenFile: login.tokenFile }
      : { 'client-certificate-data': base64(login.certificate), 'client-key-data': base64(login.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name, context: { cluster: name, user } }],
  };
  await writeFile(file, dump(config), { mode: 0o600 });
  // The mode of an existing file is not changed by writing it.
  await chmod(file, 0o600);
}
