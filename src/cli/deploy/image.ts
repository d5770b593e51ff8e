/** An image of the project, built from its lockfile. */
import { API_PORT, P2P_PORT, USER } from './plan.ts'

/** The Node that package.json brings: what tests run on. */
const BASE = 'docker.io/library/node:24.21.0-bookworm-slim'

export const READY = `fetch('http://'+(process.env.POD_IP??'127.0.0.1')+':${API_PORT}/livez').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`

export function containerfile(): string {
  return `# podman build --format docker -t hearsay -f Containerfile PROJECT: PROJECT is a clone of hearsay; the format keeps the
# health check.
FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm rebuild esbuild && npm run build && npm ci --omit=dev --ignore-scripts && npm rebuild classic-level

FROM ${BASE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/scripts/hearsay.js scripts/
COPY --from=build /build/dist dist
COPY --from=build /build/node_modules node_modules
RUN install -d -o ${USER} -g ${USER} -m 700 /data
USER ${USER}:${USER}
VOLUME /data
EXPOSE ${P2P_PORT} ${API_PORT}
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "-e", "${READY}"]
ENTRYPOINT ["node", "/app/scripts/hearsay.js"]
CMD ["node", "run", "--network", "/etc/hearsay/network.json", "--data-dir", "/data"]
`
}
