# The image of the lab: the app by default, a worker with another command (compose.yaml). docs/deployment.md explains it.
# Each step uses Debian and pip alone, so that `python -m deploy.bare_environment` can run it where there is no Docker.

FROM debian:trixie-20260918-slim AS build
# Debian keeps only the newest version of a package, so a pinned one would soon be gone.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt requirements-postgres.txt requirements-objects.txt /build/
# Only wheels with the hashes of the locks: nothing is compiled, and no code of a package runs.
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r /build/requirements.txt \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r /build/requirements-postgres.txt \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r /build/requirements-objects.txt \
    && /opt/venv/bin/pip uninstall --yes pip
COPY .streamlit /lab/.streamlit
COPY mnist_lab /lab/mnist_lab
COPY pages /lab/pages
COPY app.py deploy/health.py LICENSE /lab/
# At run time nothing can be compiled into these folders. The hash instead of the time: copying a layer may change times.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /lab

FROM debian:trixie-20260918-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --user-group --no-create-home --home-dir /home/lab --shell /usr/sbin/nologin lab \
    && install --directory --owner lab --group lab --mode 0700 /data \
    && install --directory /home/lab /mnist
COPY --from=build /opt/venv /opt/venv
COPY --from=build /lab /lab
WORKDIR /lab
# /data is all that the lab keeps, /mnist is where mnist.npz may be mounted. With MNIST_LAB_DATA the lab downloads nothing.
# Keras imports matplotlib, which lists the fonts anew at each start if it cannot keep the list.
ENV PATH=/opt/venv/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/home/lab \
    MPLCONFIGDIR=/data/cache/matplotlib \
    MNIST_LAB_HOME=/data \
    MNIST_LAB_DATA=/mnist \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501
USER 1000:1000
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-I", "health.py"]
# tini collects processes whose parent has ended, which the app as process 1 would not.
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["streamlit", "run", "app.py"]
