-- +goose Up
create table notifications (
    tenant       text   not null,
    id           text   not null,
    person       text   not null,
    user_id      text   not null,
    kind         text   not null,
    subject      text   not null,
    via          text   not null,
    state        text   not null,
    reason       text   not null,
    revision     bigint not null,
    due_at       bigint not null,
    attempts     bigint not null,
    conversation text   not null,
    activity_id  text   not null,
    updated_at   bigint not null,
    primary key (tenant, id),
    unique (tenant, person, kind, subject)
);
create index notifications_due on notifications (tenant, state, due_at);
create index notifications_subject on notifications (tenant, subject);

create table notification_pumps (
    tenant     text   not null primary key,
    holder     text   not null,
    expires_at bigint not null
);

-- +goose Down
drop table notification_pumps;
drop table notifications;
