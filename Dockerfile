# The static capwrap, from this folder alone: an image to copy from, which holds the program and its licences.
#
#   docker build -t capwrap .
#   docker build -t capwrap-learn --target learn .
#   docker buildx build --platform linux/arm64 -t capwrap .    built by this machine's processor
#
# In the Dockerfile of an image that is to have capwrap:
#
#   COPY --from=capwrap /capwrap /usr/local/bin/
#   COPY --from=capwrap /licenses /usr/share/doc/capwrap/licenses
ARG DEBIAN=debian:trixie-slim
# Without BuildKit there is no BUILDPLATFORM; "linux" is then the machine's own.
FROM --platform=${BUILDPLATFORM:-linux} $DEBIAN AS build
ARG TARGETARCH
ARG TARGETVARIANT
COPY . /capwrap
RUN case $TARGETARCH$TARGETVARIANT in \
        '') arch=$(dpkg --print-architecture) ;; \
        arm64*) arch=arm64 ;; \
        armv7) arch=armhf ;; \
        386) arch=i386 ;; \
        ppc64le) arch=ppc64el ;; \
        *) arch=$TARGETARCH$TARGETVARIANT ;; \
    esac && \
    /capwrap/contrib/packaging/static-musl.sh --arch "$arch" --fetched /fetched /static && \
    "$(cat /static/sysroot/target)-strip" /static/build/capwrap /static/build/capwrap-learn

FROM scratch AS learn
COPY --from=build /static/build/licenses /licenses
COPY --from=build /static/build/capwrap-learn /capwrap-learn
ENTRYPOINT ["/capwrap-learn"]

FROM scratch AS capwrap
COPY --from=build /static/build/licenses /licenses
COPY --from=build /static/build/capwrap /capwrap
ENTRYPOINT ["/capwrap"]
