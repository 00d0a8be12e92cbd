# One image for all controllers; the subcommand chooses: acm, swm.
FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/bundle.ts scripts/
COPY src src
RUN node scripts/bundle.ts

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
COPY LICENSE package.json ./
COPY --from=build /src/dist ./
# By number, so that runAsNonRoot can be checked without reading the image's user file.
USER 65532:65532
EXPOSE 8080
# A small young generation: the caches live long, and what is short-lived is short-lived indeed. And an old one
# that is collected before it has grown by half: a thousand works that pass through leave garbage of thrice the
# caches' size otherwise.
ENTRYPOINT ["node", "--max-semi-space-size=1", "--optimize-for-size", "/app/main.js"]
CMD []
