# Halina in a container: docker build -t halina . ; compose.yaml runs it with a Redis of its own.
# RTP needs a wide range of UDP ports, so run it with the host's network (as compose.yaml does).

FROM node:22-bookworm-slim AS build
WORKDIR /halina
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN node scripts/setup.mjs build \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-bookworm-slim
# redis-server: for a container that runs alone. tini: reaps what is left of children, and passes signals on.
RUN apt-get update \
  && apt-get install -y --no-install-recommends redis-server libmp3lame0 tini \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node /data
WORKDIR /halina
ENV NODE_ENV=production
COPY --from=build /halina/node_modules node_modules
COPY --from=build /halina/dist dist
COPY package.json LICENSE ./
COPY prompts prompts
COPY demo demo
COPY config config
COPY templates templates
COPY scripts/healthcheck.mjs scripts/healthcheck.mjs
USER node
VOLUME /data
EXPOSE 5060/udp 5060/tcp 8443/tcp 8444/tcp
HEALTHCHECK --interval=30s --timeout=5s CMD node scripts/healthcheck.mjs /data
ENTRYPOINT ["tini", "--", "node", "--max-semi-space-size=8", "dist/src/cli/main.js"]
CMD ["start", "--data", "/data"]
