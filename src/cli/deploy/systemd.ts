/** One hardened unit for any number of nodes (`hearsay@NAME`), and a configuration for each. */
import {
  API_PORT,
  dialAddress,
  HEAP_MIB,
  keyed,
  MEMORY,
  OPEN_FILES,
  P2P_PORT,
  PASSPHRASE,
  STOP_SECONDS,
  type DeployPlan,
  type Files,
} from './plan.ts'

export function systemdFiles(plan: DeployPlan): Files {
  // Nodes on one machine take two ports each.
  const placeOf = (index: number): { host: string; p2p: number; api: number } => {
    const host = plan.nodes[index]?.host ?? null
    const step = host === null ? 2 * index : 0
    return { host: host ?? '127.0.0.1', p2p: P2P_PORT + step, api: API_PORT + step }
  }
  const files = new Map([
    ['hearsay@.service', unit(plan.program)],
    ['network.json', plan.network],
  ])
  for (const [index, { name, validator }] of plan.nodes.entries()) {
    const { p2p, api, host } = placeOf(index)
    const others = plan.nodes.flatMap((_, other) => {
      const place = placeOf(other)
      return other === index ? [] : [dialAddress(place.host, place.p2p)]
    })
    // The address of the node itself, where the document has it, would keep it from starting.
    const known = plan.bootstrap.filter(
      (address) => !address.startsWith(`${dialAddress(host, p2p)}/`) && address !== dialAddress(host, p2p),
    )
    const config = {
      name,
      network: 'network.json',
      listen: [`/ip4/0.0.0.0/tcp/${p2p}`, ...(host.includes(':') ? [`/ip6/::/tcp/${p2p}`] : [])],
      bootstrap: [...new Set([...others, ...known])],
      api: `127.0.0.1:${api}`,
      ...(validator === null ? {} : { validator: validator.key }),
    }
    files.set(`${name}.json`, `${JSON.stringify(config, null, 2)}\n`)
  }
  for (const { name, key } of keyed(plan.nodes)) files.set(`hearsay@${name}.conf`, credentials(key))
  files.set('README.md', readme(plan))
  return files
}

function unit(program: string): string {
  return `[Unit]
Description=hearsay node %i
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=notify
# Messages come from systemd-notify, which the node starts.
NotifyAccess=all
ExecStart=${program} node run --config /etc/hearsay/%i.json --data-dir \${STATE_DIRECTORY}
ExecReload=/bin/kill -HUP $MAINPID
Environment=NODE_OPTIONS=--max-old-space-size=${HEAP_MIB}
# The loop says that it turns; one that hangs is killed and started again, with its pool.
WatchdogSec=30
WatchdogSignal=SIGKILL
Restart=on-failure
RestartSec=1
TimeoutStartSec=300
TimeoutStopSec=${STOP_SECONDS}
LimitNOFILE=${OPEN_FILES}
MemoryMax=${MEMORY}
TasksMax=128

DynamicUser=yes
StateDirectory=hearsay/%i
StateDirectoryMode=0700
UMask=0077
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
LockPersonality=yes
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProcSubset=pid
ProtectProc=invisible
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RemoveIPC=yes
# Netlink lists the addresses of the machine.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# No MemoryDenyWriteExecute=: V8 compiles what it runs.

[Install]
WantedBy=multi-user.target
`
}

/**
 * Whoever starts the service hands it the key, which root alone can read where it lies. The copy is the node's own, in
 * memory, and goes with it: what systemd hands out may have more readers than a keystore takes.
 */
function credentials(key: string): string {
  return `[Service]
LoadCredential=${key}.json:/etc/hearsay/keys/${key}.json
LoadCredential=${PASSPHRASE}:/etc/hearsay/keys/${key}.${PASSPHRASE}
RuntimeDirectory=hearsay/%i
RuntimeDirectoryMode=0700
ExecStartPre=/bin/sh -c 'umask 077 && cp \${CREDENTIALS_DIRECTORY}/* \${RUNTIME_DIRECTORY}/'
Environment=HEARSAY_KEYS=%t/hearsay/%i HEARSAY_PASSPHRASE_FILE=%t/hearsay/%i/${PASSPHRASE}
`
}

function readme({ nodes }: DeployPlan): string {
  const names = nodes.map(({ name }) => name)
  return `# hearsay under systemd

On each machine, as root, with hearsay installed (\`npm install --global hearsay\`):

    install -D -m 644 -t /etc/hearsay network.json ${names.join('.json ')}.json
    install -m 644 hearsay@.service /etc/systemd/system/
    systemctl daemon-reload
    systemctl enable --now hearsay@${names[0] ?? 'NAME'}        # and the others that are to run here: ${names.join(', ')}
${keyed(nodes).map(handing).join('')}
\`systemctl status hearsay@NAME\` shows how it does, \`journalctl -u hearsay@NAME\` its log, and, as root,
\`hearsay doctor --api http://127.0.0.1:${API_PORT} --token-file /var/lib/hearsay/NAME/.cookie\` what is to be looked at.
Prometheus reads \`prometheus.yml\`; Grafana the dashboards in \`grafana\`.
`
}

/** How a validator's key comes to its machine. */
function handing({ name, key, file }: { readonly name: string; readonly key: string; readonly file: string }): string {
  return `
${name} makes the blocks of ${key}. Before it starts, and on its machine alone, since no two nodes may sign with one key:

    install -D -m 600 ${file} /etc/hearsay/keys/${key}.json
    install -m 600 FILE-WITH-ITS-PASSPHRASE /etc/hearsay/keys/${key}.${PASSPHRASE}
    install -D -m 644 hearsay@${name}.conf /etc/systemd/system/hearsay@${name}.service.d/validator.conf
`
}
