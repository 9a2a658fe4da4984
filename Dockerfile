# Three stages: the page is built with the tools of developers, packages are installed where npm is at hand, and the image that
# runs gets the results. The service runs from its TypeScript sources, so there is nothing to compile.

FROM node:24-slim AS page
WORKDIR /stallscope
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --ignore-scripts
COPY scripts ./scripts
COPY src ./src
COPY web ./web
RUN npm run build:page

FROM node:24-slim AS packages
# Empty: the image below takes it over with the owner that it needs, and so does a new volume.
WORKDIR /data
WORKDIR /stallscope
COPY package.json package-lock.json .npmrc ./
# The base image is Node 24 already: the optional packages with another copy of it stay out.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/node-linux-*

FROM node:24-slim
ENV NODE_ENV=production \
    STALLSCOPE_HOST=0.0.0.0 \
    STALLSCOPE_PORT=8080 \
    STALLSCOPE_STORE=/data/stallscope.db
WORKDIR /stallscope
COPY --from=packages /stallscope/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY src ./src
COPY scenarios ./scenarios
COPY profiles ./profiles
COPY --from=page /stallscope/web/dist ./web/dist
# Jobs and results outlive the container if something is mounted here.
COPY --from=packages --chown=node:node /data /data
VOLUME /data
USER node
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.STALLSCOPE_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# `docker run stallscope` serves; `docker run stallscope compare hgm-collapse-1g` compares.
ENTRYPOINT ["node", "bin/stallscope.js"]
CMD ["serve"]
