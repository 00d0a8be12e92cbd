import { Registry } from 'prom-client';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { HealthServer } from '../../../src/runtime/healthz.ts';
import { createLogger } from '../../../src/runtime/logging.ts';
import { OptionError } from '../../../src/runtime/options.ts';
import { startWorkAgent } from './agent.ts';
import { parseFlags } from './options.ts';

/** The local work agent as a process, started with the flags of OCM's own (`work agent`). */
async function main(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2));
  const log = createLogger('info', `work-agent/${flags.clusterName}`);
  const agent = startWorkAgent({
    ...flags.tuning,
    hub: loadEndpoint({ kubeconfig: flags.hubKubeconfig }),
    spoke: loadEndpoint({ kubeconfig: flags.kubeconfig }),
    clusterName: flags.clusterName,
    ...(flags.agentID === undefined ? {} : { agentID: flags.agentID }),
    log,
  });
  const health = flags.listen
    ? new HealthServer({
        ...flags.listen,
        registry: new Registry(),
        live: new Map(),
        ready: new Map([['caches', () => agent.ready()]]),
      })
    : undefined;
  await health?.listen();
  const stopping = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  agent.started.then(
    () => log.info({}, 'Work agent started'),
    () => undefined,
  );
  await stopping;
  await agent.stop();
  await health?.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`work-agent: ${error instanceof OptionError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
