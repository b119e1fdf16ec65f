# Dockerfile - spate and its generator on debian:bookworm-slim, not as root.
#
#   docker build -t spate .
#   docker run -d --name spate spate spate-loggen --rate 100      the generator, in the background
#   docker exec -it spate spate                                   the console on what it writes
#
# The packages come from tools/packages, installed by tools/setup like everywhere else.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
COPY tools/packages tools/setup /spate/tools/
RUN /spate/tools/setup --only build
COPY . /spate
WORKDIR /spate
RUN cmake --preset release -DCMAKE_INSTALL_PREFIX=/usr \
    && cmake --build --preset release \
    && DESTDIR=/out cmake --install build/release --strip

FROM ${BASE}
COPY tools/packages tools/setup /tmp/tools/
RUN /tmp/tools/setup --only run \
    && rm -rf /tmp/tools /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old \
       /var/log/apt /var/log/dpkg.log /var/log/alternatives.log \
    && useradd --system --no-create-home --home-dir /nonexistent --groups adm spate \
    && touch /var/log/access.log \
    && chown spate:spate /var/log /var/log/access.log
COPY --from=build /out/usr /usr
ENV LANG=C.UTF-8
USER spate
CMD ["spate"]
