import { Registry } from 'prom-client';
import { createClient } from '../../../src/kube/client.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { createInformerFactory } from '../../../src/kube/informer.ts';
import { LeaseElection } from '../../../src/kube/lease.ts';
import { EventRecorder } from '../../../src/kube/recorder.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { Controller } from '../../../src/runtime/controller.ts';
import { controllerMetrics } from '../../../src/runtime/controllermetrics.ts';
import { createLogger } from '../../../src/runtime/logging.ts';
import { Manager } from '../../../src/runtime/manager.ts';
import { parseOptions } from '../../../src/runtime/options.ts';
import { processSignal } from '../../../src/runtime/process.ts';
import { realClock } from '../../../src/runtime/realclock.ts';
import { itself, watch } from '../../../src/runtime/watches.ts';
import { ECHO_INFORMER, EchoReconciler } from './reconciler.ts';

/** A whole controller process around {@link EchoReconciler}, for tests that stop, kill and cut it off. */
const options = parseOptions(process.argv.slice(2), {});
const { identity } = options;
const log = createLogger(options.logLevel, identity);
const endpoint = loadEndpoint(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig });
const transport = () => new Transport({ endpoint, userAgent: identity });
const election = new LeaseElection({
  client: createClient(transport()),
  lease: { namespace: options.leaderElectionNamespace, name: 'echo' },
  identity,
  log,
});
const shared = transport();
const client = createClient(shared, { fence: () => election.fence() });
const caches = createInformerFactory({ transport: shared, log });
const objects = caches.informer(ECHO_INFORMER);
const recorder = new EventRecorder({ client, log, controller: identity });
const registry = new Registry();
const controller = new Controller({
  name: 'echo',
  reconciler: new EchoReconciler({ client, lister: objects.lister, identity, recorder }),
  workers: options.workers,
  clock: realClock,
  log,
  metrics: controllerMetrics(registry)('echo'),
});
watch(objects, controller, itself);
const manager = new Manager({
  caches,
  election,
  bindAddress: options.bindAddress,
  registry,
  clock: realClock,
  log,
});
manager.addWork(controller);
manager.addFinish(() => recorder.flush());
const ending = await manager.run(processSignal(log));
process.exit(ending === 'Stopped' ? 0 : 1);
