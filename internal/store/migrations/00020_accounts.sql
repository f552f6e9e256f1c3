-- +goose Up
create table account_intents (
    tenant       text   not null,
    id           text   not null primary key,
    person       text   not null,
    conversation text   not null,
    resume       text   not null,
    name         text   not null,
    locale       text   not null,
    expires_at   bigint not null,
    phase        text   not null,
    key          bytea  unique,
    cookie       bytea,
    manual       bytea,
    tries        bigint not null,
    sealed       bytea,
    version      bigint not null
);
create index account_intents_person on account_intents (tenant, person, phase);
create index account_intents_expiry on account_intents (expires_at);

create table account_grants (
    tenant             text   not null,
    person             text   not null,
    provider           text   not null,
    subject            text   not null,
    account            text   not null,
    name               text   not null,
    email              text   not null,
    scopes             text   not null,
    limited            bigint not null,
    dead               bigint not null,
    expires_at         bigint not null,
    sealed             bytea  not null,
    version            bigint not null,
    lease_holder       text   not null,
    lease_until        bigint not null,
    refresh_started_at bigint not null,
    primary key (tenant, person, provider),
    unique (provider, subject)
);

create table account_revocations (
    tenant  text  not null,
    id      text  not null,
    subject text  not null,
    sealed  bytea not null,
    primary key (tenant, id)
);

-- +goose Down
drop table account_revocations;
drop table account_grants;
drop table account_intents;
