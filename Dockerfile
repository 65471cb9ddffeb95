# syntax=docker/dockerfile:1
# One image for every platform: what is served is decided by the tokens in its environment.
#   docker build -t backchannel .
#   docker run --env-file .env -v backchannel:/data backchannel

# The same place in both stages: a virtual environment cannot be moved.
ARG PREFIX=/opt/backchannel

FROM python:3.13-slim AS build
ARG PREFIX
WORKDIR /src
RUN python3 -m venv "$PREFIX"
# The lock first: editing the source does not install the libraries again.
COPY requirements.lock ./
RUN "$PREFIX/bin/pip" install --no-cache-dir -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE.md ./
COPY bot bot
COPY adapters adapters
COPY knowledge knowledge
RUN "$PREFIX/bin/pip" install --no-cache-dir --no-deps .
RUN "$PREFIX/bin/pip" uninstall --yes pip && mkdir data

FROM python:3.13-slim
ARG PREFIX
ENV PATH="$PREFIX/bin:$PATH" PYTHONUNBUFFERED=1 XDG_DATA_HOME=/data BACKCHANNEL_LOG_FORMAT=json
COPY --from=build $PREFIX $PREFIX
COPY --from=build --chown=10001:10001 /src/data /data
WORKDIR /data
VOLUME /data
USER 10001:10001
ENTRYPOINT ["backchannel"]
CMD ["serve"]
